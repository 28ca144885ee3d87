import type { FactoryContext } from "mcp-anycloud";
import type { Note, NoteBook } from "./note-book.ts";

type Notes = readonly Note[];

/** Notes one caller can keep. */
const MAX_NOTES = 200;
/** A real notebook keeps notes in a database, behind the same interface. This one is put away a year after it was begun. */
const KEPT = { ttlSeconds: 365 * 24 * 3600 };

/**
 * The caller's notes, the same on every instance. They lie behind a handle, which opens nothing to anybody else; the
 * first call, on whatever instance it is, makes it, and every later one is given the same. Without a token the server is
 * public, and everyone writes in one book.
 */
export function createSharedNoteBook({ handles, once }: Pick<FactoryContext, "handles" | "once">): NoteBook {
  const open = (): Promise<string> => once("notebook", KEPT, () => handles.create<Notes>([], KEPT));
  const newestFirst = async (): Promise<Notes> => {
    const notes = await handles.get<Notes>(await open());
    return (notes ?? []).toReversed();
  };
  /** Loses nothing of what other calls write at the same time: `change` is then made again, to what they left. */
  const write = async (change: (notes: Notes) => Notes): Promise<void> => {
    const written = await handles.update<Notes>(await open(), change);
    if (!written) throw new Error("The notebook has just been put away: try again in a new one.");
  };

  return {
    async add(draft) {
      const note: Note = { id: newId(), createdAt: new Date().toISOString(), ...draft };
      await write((notes) => {
        if (notes.length >= MAX_NOTES) {
          throw new Error(`The notebook is full (${MAX_NOTES} notes): delete some that are no longer needed.`);
        }
        return [...notes, note];
      });
      return note;
    },
    async get(id) {
      return (await newestFirst()).find((note) => note.id === id);
    },
    list: newestFirst,
    async search(text) {
      const words = text.toLowerCase().split(/\s+/);
      return (await newestFirst()).filter((note) => {
        const haystack = `${note.title}\n${note.text}`.toLowerCase();
        return words.every((word) => haystack.includes(word));
      });
    },
    async delete(id) {
      let existed = false;
      await write((notes) => {
        existed = notes.some((note) => note.id === id);
        return notes.filter((note) => note.id !== id);
      });
      return existed;
    },
  };
}

/** Short, because people and models repeat it; long enough never to come twice in a book. */
const newId = (): string => crypto.randomUUID().slice(-12);
