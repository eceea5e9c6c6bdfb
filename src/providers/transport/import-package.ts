import { ProviderError } from "../../errors/model-errors.ts";

/**
 * Imports a vendor's package, which is installed only by those who use it.
 * @param provider the provider's name, as people know it
 * @throws ProviderError that says what to install
 */
export async function importPackage<Module>(
  provider: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const isMissing =
      error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) throw error;
    const problem = `it needs the package ${name}, which is not installed. Run: npm install ${name}`;
    throw new ProviderError(provider, "FAILED_PRECONDITION", problem, { cause: error });
  }
}
