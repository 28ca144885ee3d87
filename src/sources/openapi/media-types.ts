/** A body as HTML forms send it. */
export const FORM = "application/x-www-form-urlencoded";

/** Whether a media type is JSON, or anything. */
export const isJsonType = (type: string): boolean => /^(application\/(.*\+)?json\b|\*\/\*)/i.test(type);
