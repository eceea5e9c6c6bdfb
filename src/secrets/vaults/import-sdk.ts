import { VaultFailure } from "./vault-failure.ts";

/**
 * Imports a vendor's package, which is installed only by those who use it.
 * @throws VaultFailure that says what to install
 */
export async function importSdk<Module>(
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const problem = `needs the package ${name}, which is not installed; run: npm install ${name}`;
    throw new VaultFailure("invalid", problem);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
