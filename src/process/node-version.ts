/** `engines` of package.json. */
const least = { major: 22, minor: 18 };

/** What to tell somebody whose Node is too old; null for one that is not. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > least.major || (major === least.major && minor >= least.minor)) return null;
  return `it needs Node ${least.major}.${least.minor} or newer, and this is ${version}. In a clone, "npm start" and "npx arena" bring their own.`;
}
