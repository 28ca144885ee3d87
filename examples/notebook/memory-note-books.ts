import type { Note, NoteBook, NoteBooks } from "./note-book.ts";

/** Notes one caller can keep. */
const MAX_NOTES = 500;

/**
 * Keeps notes in the memory of the process. On a serverless platform that is a demonstration only: every instance has
 * its own notes, and they are gone when it is. A real notebook keeps them in a database behind the same interface.
 */
export function createMemoryNoteBooks(): NoteBooks {
  const books = new Map<string, NoteBook>();
  return {
    of(caller) {
      const book = books.get(caller) ?? createMemoryNoteBook();
      books.set(caller, book);
      return book;
    },
  };
}

function createMemoryNoteBook(): NoteBook {
  const notes = new Map<string, Note>();
  const newestFirst = (): Note[] => [...notes.values()].reverse();
  return {
    async add(draft) {
      if (notes.size >= MAX_NOTES) {
        throw new Error(`The notebook is full (${MAX_NOTES} notes): delete some that are no longer needed.`);
      }
      const note = { id: freeId(notes), createdAt: new Date().toISOString(), ...draft };
      notes.set(note.id, note);
      return note;
    },
    async get(id) {
      return notes.get(id);
    },
    async list() {
      return newestFirst();
    },
    async search(text) {
      const words = text.toLowerCase().split(/\s+/);
      return newestFirst().filter((note) => {
        const haystack = `${note.title}\n${note.text}`.toLowerCase();
        return words.every((word) => haystack.includes(word));
      });
    },
    async delete(id) {
      return notes.delete(id);
    },
  };
}

/** Short, because people and models repeat it. */
function freeId(taken: ReadonlyMap<string, Note>): string {
  let id: string;
  do id = crypto.randomUUID().slice(0, 8);
  while (taken.has(id));
  return id;
}
