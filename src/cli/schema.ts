import { configJsonSchema } from "../decide/config.ts";
import { type Command, EXIT_USAGE } from "./command.ts";

const HELP = `Usage: tagboat schema

Prints the JSON Schema of .github/tagboat.yml, for editors:
  tagboat schema > tagboat.schema.json
and in the file: # yaml-language-server: $schema=./tagboat.schema.json
`;

/** `tagboat schema`: the JSON Schema of the config. */
export const schema: Command = {
  summary: "print the JSON Schema of .github/tagboat.yml",
  help: HELP,
  async run(args, terminal) {
    if (args.length > 0) {
      terminal.err(HELP);
      return EXIT_USAGE;
    }
    terminal.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return 0;
  },
};
