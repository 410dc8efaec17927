/** Platforms that a policy asks for and an image is not built for. `linux/arm` asks for any variant, `linux/arm/v7` for that one. */
export function missingPlatforms(
  wanted: readonly string[],
  built: readonly string[],
): readonly string[] {
  return wanted.filter((one) => !built.some((platform) => serves(platform, one)));
}

function serves(platform: string, wanted: string): boolean {
  const plain = withoutDefault(wanted);
  return withoutDefault(platform) === plain || platform.startsWith(`${plain}/`);
}

/** All of arm64 is v8, which builders write or leave out (OCI image index, platform variants). */
function withoutDefault(platform: string): string {
  return platform.replace(/^(\w+\/arm64)\/v8$/, "$1");
}

/** Whether a text is written as a platform: `linux/amd64`, `linux/arm/v7`. */
export function isPlatform(text: string): boolean {
  return /^[a-z0-9]{1,20}\/[a-z0-9_]{1,20}(\/[a-z0-9.]{1,20})?$/.test(text);
}
