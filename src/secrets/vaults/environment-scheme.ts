import type { SecretScheme } from "../secret-scheme.ts";
import { VaultFailure } from "./vault-failure.ts";

/** `{Env:NAME}`: a variable of the environment, or of the file .env. */
export const environmentScheme: SecretScheme = {
  forms: [
    {
      holds: "key",
      address: [
        {
          name: "NAME",
          pattern: /^[A-Za-z_]\w*$/,
          expected: "a variable's name: letters, digits and underscores",
        },
      ],
    },
  ],
  createResolver: ({ environment }) => ({
    async read([name = ""]) {
      const value = environment(name);
      if (value !== undefined) return value;
      throw new VaultFailure("missing", "this variable is not set; set it, or correct its name");
    },
  }),
};
