import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { withoutFullStop } from "../../errors/full-stop.ts";
import { CommandError } from "../command-error.ts";
import { imageFormat } from "./image-format.ts";

/** Reads an image as a data URL. @throws CommandError when it cannot be read or is no image */
export async function readImage(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandError(
      1,
      `Cannot read the image ${file} (${withoutFullStop(error.message)}). Check the path.`,
    );
  });
  const format = imageFormat(bytes);
  if (!format) {
    throw new CommandError(
      1,
      `${file} is no image that models take; give a PNG, JPEG, GIF or WebP.`,
    );
  }
  return `data:${format.mediaType};base64,${bytes.toString("base64")}`;
}

/** Saves an answer's image (base64, or a data URL) in `folder` and returns the path. @throws CommandError */
export async function saveImage(image: string, folder: string, name: string): Promise<string> {
  const bytes = Buffer.from(image.replace(/^data:[^,]*,/, ""), "base64");
  const file = resolve(join(folder, `${name}.${imageFormat(bytes)?.extension ?? "bin"}`));
  await writeFile(file, bytes).catch((error: Error) => {
    throw new CommandError(
      1,
      `Cannot save the image (${withoutFullStop(error.message)}). Give another --images.`,
    );
  });
  return file;
}
