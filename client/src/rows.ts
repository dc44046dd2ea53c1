// Shows what has changed in a range that is shown row by row: exactly the nodes of the rows concerned are changed, removed,
// inserted or moved, whatever stands beside the range. Between two rows stands one text, the end of the one and the
// beginning of the other.

import { firstOf, lastOf, type BoundRange, type RowForm, type Span } from "./bind";
import { setMember } from "./fields";
import { isElement, isText, siblings } from "./morph";
import { print, type Range, type Row } from "./tree";
import type { View } from "./view";

/** What does not like to be moved, as does what has the focus. */
const PRECIOUS = "iframe,video,audio";

/** Beyond so many rows it is better to move what does not like to be moved. */
const STEP_ASIDE_MAX = 100;

/** What the DOM calls these positions; as numbers they make a shorter script. */
const PRECEDING = 2;
const FOLLOWING = 4;

/** False when it cannot be done, and what is around the range is to be shown anew. */
export function showRows(view: View, range: Range): boolean {
  const bound = range.bound as BoundRange;
  const parent = bound.first.parentElement;
  if (!view.isFree(parent) || bound.last.parentNode !== parent || (bound.isImplied && !range.first)) return false;
  view.morpher.touch(parent);
  const { placed, changed, removed, form } = bound;
  bound.placed = new Set();
  bound.changed = new Set();
  bound.removed = [];
  for (const row of changed)
    if (!(row.bound && view.showNode(row)) && !showWhole(view, bound, parent, row)) return false;
  const fresh = [...placed].filter((row) => !row.span);
  if (fresh.length && !parseRows(view, form, parent, fresh)) return false;
  for (const { span } of removed) {
    if (!takeGap(bound, parent, span as Span)) return false;
    for (const node of nodesOf(span as Span)) (node as ChildNode).remove();
  }
  stepAside(parent, placed);
  for (const start of placed) {
    // Rows stand behind each other: begin with the first of those that have no place yet.
    let row: Row | null = start;
    while (row.previous && placed.has(row.previous)) row = row.previous;
    for (; row && placed.delete(row); row = row.next) if (!putRow(view, bound, parent, row)) return false;
  }
  setMember(bound.first, "data", range.first && !bound.isImplied ? form.lead : "");
  setMember(bound.last, "data", range.first ? form.trail : "");
  return true;
}

/** Make the nodes of rows, beside the page. */
function parseRows({ morpher, binder }: View, form: RowForm, parent: Element, rows: Row[]): boolean {
  const root = morpher.parseInside(rows.map(print).join(""), parent);
  const cursor = root && binder.cursor(root);
  return !!(
    cursor?.takeText(form.lead) &&
    binder.takeRows(rows, form, cursor) &&
    cursor.takeText(form.trail) &&
    cursor.isAtEnd()
  );
}

/** Show all of a row anew. */
function showWhole(view: View, { form }: BoundRange, parent: Element, row: Row): boolean {
  const before = row.span as Span;
  const first = firstOf(before);
  if (first.parentNode !== parent || lastOf(before).parentNode !== parent || !parseRows(view, form, parent, [row]))
    return false;
  const previous = first.previousSibling;
  const end = lastOf(before).nextSibling;
  view.morpher.morphNodes(parent, first, end, nodesOf(row.span as Span));
  const cursor = view.binder.cursor(parent, previous ? previous.nextSibling : parent.firstChild, end);
  return view.binder.takeRows([row], form, cursor) && cursor.isAtEnd();
}

/** Remove the text between a row and one of its neighbours. */
function takeGap({ form, first, last }: BoundRange, parent: Element, span: Span): boolean {
  const before = firstOf(span).previousSibling;
  const after = lastOf(span).nextSibling;
  if (before?.parentNode !== parent || after?.parentNode !== parent) return false;
  const text = after !== last ? after : before !== first ? before : null;
  if (!form.gap || !text) return true;
  if (!isText(text) || text.data !== form.gap) return false;
  text.remove();
  return true;
}

/** Put a row behind the one before. */
function putRow({ morpher }: View, bound: BoundRange, parent: Element, row: Row): boolean {
  const { gap } = bound.form;
  const span = row.span as Span;
  const { previous } = row;
  const anchor = previous ? lastOf(previous.span as Span) : bound.first;
  if (anchor.parentNode !== parent) return false;
  if (firstOf(span).parentNode === parent) {
    const text = previous && gap ? anchor.nextSibling : anchor;
    if (text?.nextSibling === firstOf(span)) return true;
    if (!takeGap(bound, parent, span)) return false;
  }
  const before = anchor.nextSibling;
  if (!before) return false;
  const addGap = () => gap && parent.insertBefore(document.createTextNode(gap), before);
  if (previous) addGap();
  for (const node of nodesOf(span)) morpher.insert(parent, node, before);
  if (!previous && before !== bound.last) addGap();
  return true;
}

/** Where moving loses the state of elements, let the rows that are passed move and not those that have such elements. */
function stepAside(parent: Element, placed: Set<Row>): void {
  if ("moveBefore" in parent || placed.size > STEP_ASIDE_MAX) return;
  for (const row of placed) {
    if (!row.span || !nodesOf(row.span).some(isPrecious)) continue;
    const passed: Row[] = [];
    const pass = (neighbour: (row: Row) => Row | null, wrong: number) => {
      for (let other = neighbour(row); other && passed.length <= STEP_ASIDE_MAX; other = neighbour(other)) {
        if (placed.has(other)) continue;
        if (!(firstOf(row.span as Span).compareDocumentPosition(firstOf(other.span as Span)) & wrong)) break;
        passed.push(other);
      }
    };
    pass((other) => other.previous, FOLLOWING);
    pass((other) => other.next, PRECEDING);
    if (passed.length > STEP_ASIDE_MAX) continue;
    placed.delete(row);
    for (const other of passed) placed.add(other);
  }
}

function nodesOf(span: Span): Node[] {
  return siblings(firstOf(span), lastOf(span).nextSibling);
}

function isPrecious(node: Node): boolean {
  const focused = document.activeElement;
  return (
    isElement(node) &&
    ((focused !== document.body && node.contains(focused)) ||
      node.matches(PRECIOUS) ||
      !!node.querySelector(PRECIOUS))
  );
}
