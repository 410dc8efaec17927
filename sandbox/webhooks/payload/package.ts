import type { Repo } from "../../world/entities.ts";
import { userPayload } from "./account.ts";
import { accountNamed, htmlOf, type Payload, type Scope } from "./scope.ts";

/** A container image version in GitHub's own registry. */
export interface PublishedPackage {
  /** `registry_package` and `package` are two names of one thing: GitHub sends either. */
  readonly event: "registry_package" | "package";
  readonly action: "published" | "updated";
  /** The repo whose workflow pushed it. */
  readonly repo: Repo;
  /** Below the owner: `app` of `ghcr.io/acme/app`. */
  readonly name: string;
  readonly tag: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly sender: string;
}

/** `package` or `registry_package` of the payload: the parts that a reader of container versions uses, with GitHub's names. */
export function packagePayload(scope: Scope, published: PublishedPackage, id: number): Payload {
  const { repo, event } = published;
  const owner = userPayload(scope, accountNamed(scope, repo.owner));
  const html = `${htmlOf(scope, repo)}/packages/${id}`;
  const at = scope.world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
  const namespace = repo.owner.toLowerCase();
  const common = {
    id,
    name: published.name,
    namespace,
    description: null,
    ecosystem: "CONTAINER",
    package_type: "CONTAINER",
    html_url: html,
    created_at: at,
    updated_at: at,
    owner,
    package_version: versionPayload(published, { id: id + 1, html, at, namespace, owner }),
  };
  const registry = {
    about_url: `${scope.html}/about-packages`,
    name: "GitHub CONTAINER registry",
    type: "CONTAINER",
    url: `https://ghcr.io/${namespace}`,
    vendor: "GitHub Inc",
  };
  return event === "package" ? { ...common, registry } : { ...common, registry: {} };
}

function versionPayload(
  published: PublishedPackage,
  facts: { id: number; html: string; at: string; namespace: string; owner: Payload },
): Payload {
  const { tag, digest, name } = published;
  const image = `ghcr.io/${facts.namespace}/${name}`;
  return {
    id: facts.id,
    version: digest,
    name: digest,
    description: "",
    summary: "",
    body: "",
    body_html: "",
    html_url: `${facts.html}?version=${tag}`,
    target_commitish: "main",
    target_oid: "",
    created_at: facts.at,
    updated_at: facts.at,
    metadata: [],
    container_metadata: {
      tag: { name: tag, digest },
      labels: { description: "", source: "", revision: "", image_url: "", licenses: "" },
      manifest: {
        digest,
        media_type: "application/vnd.oci.image.manifest.v1+json",
        uri: `repositories/${facts.namespace}/${name}/manifests/${digest}`,
        size: 0,
        config: {},
        layers: [],
      },
    },
    author: facts.owner,
    package_files: [],
    installation_command: `docker pull ${image}:${tag}`,
    package_url: `${image}:${tag}`,
  };
}
