/** A note as a user writes it. */
interface NoteDraft {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** A note that has been written down. */
export interface Note extends NoteDraft {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** One caller's notes. */
export interface NoteBook {
  /** Throws when the book is full. */
  add(draft: NoteDraft): Promise<Note>;
  get(id: string): Promise<Note | undefined>;
  /** All notes, the newest first. */
  list(): Promise<readonly Note[]>;
  /** The notes that contain every word, the newest first; all notes for no words. */
  search(words: string): Promise<readonly Note[]>;
  /** Whether there was such a note. */
  delete(id: string): Promise<boolean>;
}

/** The address of a note as a resource. */
export const noteUri = (id: string): string => `note://${id}`;

/** A note as people read it. */
export const toMarkdown = ({ title, text }: Note): string => `# ${title}\n\n${text}\n`;
