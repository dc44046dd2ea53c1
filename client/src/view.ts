// Shows a tree in the live region. Lists that can be are shown row by row, so that an update of some rows costs what
// these rows cost; everything else is morphed as one.

import { RowList } from "./lists";
import type { Morpher } from "./morph";
import type { Tree } from "./tree";

export class View {
  private lists: RowList[] = [];
  /** What is shown, the lists aside. */
  private shown: string | null = null;

  constructor(
    private readonly region: Element,
    private readonly morpher: Morpher,
  ) {}

  /** Show a tree; `changedOutside` as `Tree.apply` tells. */
  show(tree: Tree, changedOutside: boolean): void {
    if (changedOutside || this.shown === null || !this.showRows()) this.showAll(tree);
  }

  /** The region shows something else now. */
  forget(): void {
    this.shown = null;
  }

  private showRows(): boolean {
    const work: (readonly [RowList, NonNullable<ReturnType<RowList["prepare"]>>])[] = [];
    for (const list of this.lists) {
      if (!list.isPending()) continue;
      const fresh = list.isIntact() ? list.prepare(this.morpher.parse) : null;
      if (!fresh) return false;
      work.push([list, fresh]);
    }
    if (work.length) this.morpher.updateLists(work);
    return true;
  }

  private showAll(tree: Tree): void {
    const ranges = new Set(tree.ranges());
    this.lists = this.lists.filter((list) => {
      const usable = this.shown !== null && ranges.has(list.range) && list.isIntact();
      if (!usable) list.release();
      return usable;
    });
    const html = this.print(tree);
    if (
      (html !== this.shown || this.lists.some((list) => list.isPending())) &&
      !this.morpher.update(html, this.lists)
    ) {
      for (const list of this.lists) list.release();
      this.lists = [];
      this.morpher.update(tree.html());
    }
    this.lists = this.lists.filter((list) => list.range.pending === list);
    for (const range of ranges) {
      const list = range.pending ? null : RowList.bind(this.region, range);
      if (list) this.lists.push(list);
    }
    this.shown = this.print(tree);
  }

  private print(tree: Tree): string {
    return tree.html((range) => {
      const index = this.lists.findIndex((list) => list.range === range);
      return index < 0 ? null : this.morpher.markerOf(index);
    });
  }
}
