/** How an image file is called, and what its data URL says. */
export interface ImageFormat {
  readonly extension: string;
  readonly mediaType: string;
}

const FORMATS: ReadonlyArray<ImageFormat & { readonly magic: RegExp }> = [
  { extension: "png", mediaType: "image/png", magic: /^\x89PNG/ },
  { extension: "jpg", mediaType: "image/jpeg", magic: /^\xff\xd8\xff/ },
  { extension: "gif", mediaType: "image/gif", magic: /^GIF8/ },
  { extension: "webp", mediaType: "image/webp", magic: /^RIFF.{4}WEBP/s },
];

/** Recognises an image by its first bytes; undefined when it is none that models take. */
export function imageFormat(bytes: Buffer): ImageFormat | undefined {
  const start = bytes.toString("latin1", 0, 16);
  return FORMATS.find(({ magic }) => magic.test(start));
}
