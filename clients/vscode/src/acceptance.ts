/**
 * What became of the suggestions that were shown: whole acceptance is the item's own command; a part that was taken
 * (a word, a line) has to be read off the edit. Knows nothing of VS Code.
 */

/** A suggestion as it was shown: where its text begins, and under which id the server knows it. */
export interface Offered {
  readonly id: string;
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  readonly text: string;
}

/** One edit of a document. `text` was put in place of `replaced` UTF-16 units at that place. */
export interface Edit {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  readonly text: string;
  readonly replaced: number;
}

/** A part of a suggestion that was taken: `length` UTF-16 units from its start stand in the text. */
export interface Taken {
  readonly id: string;
  readonly length: number;
}

/** The suggestion that is on the screen, as far as the extension can know, and how much of it stands in the text. */
export class Acceptance {
  private offered: Offered | undefined;
  private taken = 0;

  /** Another suggestion is shown, or none. */
  shows(offered: Offered | undefined): void {
    this.offered = offered;
    this.taken = 0;
  }

  /** The suggestion is waved away; its id, undefined where none was shown. */
  dismissed(): string | undefined {
    const id = this.offered?.id;
    this.shows(undefined);
    return id;
  }

  /**
   * How much of the suggestion stands in the text now, where this edit took a part of it. Undefined where it did
   * not: a single key that agrees with it is typing, and the whole is no part.
   */
  edited(edit: Edit): Taken | undefined {
    const { offered } = this;
    if (offered === undefined || edit.uri !== offered.uri) {
      return undefined;
    }
    const fits = edit.replaced === 0 && edit.text !== "" && this.isNext(offered, edit);
    if (!fits) {
      this.shows(undefined);
      return undefined;
    }
    this.taken += edit.text.length;
    if (this.taken >= offered.text.length) {
      this.shows(undefined);
      return undefined;
    }
    return edit.text.length > 1 ? { id: offered.id, length: this.taken } : undefined;
  }

  private isNext(offered: Offered, edit: Edit): boolean {
    if (!offered.text.startsWith(edit.text, this.taken)) {
      return false;
    }
    const lines = offered.text.slice(0, this.taken).split("\n");
    const last = lines[lines.length - 1] ?? "";
    const character = lines.length === 1 ? offered.character + last.length : last.length;
    return edit.line === offered.line + lines.length - 1 && edit.character === character;
  }
}
