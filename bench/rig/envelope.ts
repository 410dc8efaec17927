/** One version of an image in a registry. */
export interface Version {
  /** `127.0.0.1:5000` */
  readonly host: string;
  /** Name of the image there: `fleet/orders`. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** Stands in an envelope where the event's id belongs: as long as a UUID, so that the length of the body is known before the id. */
export const ID_MARK = "@".repeat(36);

/** What a registry (distribution 2.8) posts when a tag was pushed, with `ID_MARK` for the id of the event. */
export function pushEnvelope({ host, name, tag, digest, size }: Version, at: Date): string {
  const event = {
    id: ID_MARK,
    timestamp: at.toISOString(),
    action: "push",
    target: {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      size,
      digest,
      length: size,
      repository: name,
      url: `http://${host}/v2/${name}/manifests/${digest}`,
      tag,
    },
    request: {
      id: "7f1c5a0e-4f0a-4a53-9c52-0f3b8f6c1d2e",
      addr: "10.128.2.17:49822",
      host,
      method: "PUT",
      useragent: "containers/5.29.2 (github.com/containers/image)",
    },
    actor: { name: "builder" },
    source: { addr: "registry-7c9f6d5b8-x2k4q:5000", instanceID: "0b6f6a0a-6f2c-4b8f-8a43" },
  };
  return JSON.stringify({ events: [event] });
}
