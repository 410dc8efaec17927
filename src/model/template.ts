/** What a template of `proposal:` may name in braces. */
export const templateFields = [
  "title",
  "environment",
  "component",
  "image",
  "from",
  "to",
  "base",
] as const;
export type TemplateField = (typeof templateFields)[number];

const FIELD = /\{([a-z][a-z-]*)\}/g;

/** Words in braces that no template knows. */
export function unknownFields(template: string): readonly string[] {
  const known: readonly string[] = templateFields;
  return [...template.matchAll(FIELD)]
    .map(([, name = ""]) => name)
    .filter((name) => !known.includes(name));
}

/** The template with its fields filled in once: braces in a value are text. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<TemplateField, string>>,
): string {
  return template.replace(FIELD, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name as TemplateField] : whole,
  );
}
