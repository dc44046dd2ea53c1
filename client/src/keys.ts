// What tells two elements to be the same one before and after a morph: data-key, data-lvt-key or id. A key that
// stands once on both sides holds for all that is morphed, so that an element may change its parent; one that stands
// several times (two lists of the same things) holds only at its place in the document.

import { isElement } from "./morph";

const KEYED = "[data-key],[data-lvt-key],[id],script[src]";

function ownKey(element: Element): string {
  const key = element.getAttribute("data-key") ?? element.getAttribute("data-lvt-key");
  const name = key !== null ? "k" + key : element.id ? "i" + element.id : "s" + element.getAttribute("src");
  return element.nodeName + " " + name;
}

/** The keyed elements among nodes and inside them; what is in an ignored element is not looked at. */
function keyedElements(nodes: readonly Node[]): Element[] {
  const found: Element[] = [];
  const walk = (element: Element) => {
    if (element.matches(KEYED)) found.push(element);
    if (!element.querySelector("[lvt-ignore]")) found.push(...element.querySelectorAll(KEYED));
    else if (!element.hasAttribute("lvt-ignore")) for (const child of element.children) walk(child);
  };
  for (const node of nodes) if (isElement(node)) walk(node);
  return found;
}

/** Two lists of siblings, of the page and of what it is to be: for every keyed element its counterpart, or null. */
export function matchKeys(from: readonly Node[], to: readonly Node[]): Map<Node, Node | null> {
  const twice = new Set<string>();
  const sides = [from, to].map((nodes) => {
    const elements = keyedElements(nodes);
    const seen = new Set<string>();
    const own = elements.map((element) => {
      const key = ownKey(element);
      if (seen.has(key)) twice.add(key);
      seen.add(key);
      return key;
    });
    return { roots: new Set(nodes), parent: nodes[0]?.parentNode, elements, own };
  });
  const counterparts = new Map<Node, Node | null>();
  const before = new Map<string, Node>();
  sides.forEach(({ roots, parent, elements, own }, side) => {
    const keys = new Map<Element, string>();
    const places = new Map<Element, string>();
    const occurrences = new Map<string, number>();

    /** Where an element stands: the tags and indexes up to the next keyed ancestor or what is morphed. */
    const placeOf = (element: Element | null): string => {
      if (!element || element === parent) return "";
      let place = places.get(element);
      if (place === undefined) {
        let index = 0;
        for (let other = element.previousElementSibling; other; other = other.previousElementSibling)
          if (other.nodeName === element.nodeName && (element.parentNode !== parent || roots.has(other))) index++;
        place = keys.get(element) ?? `${placeOf(element.parentElement)}/${element.nodeName}${index}`;
        places.set(element, place);
      }
      return place;
    };

    elements.forEach((element, index) => {
      let key = own[index] as string;
      if (twice.has(key)) {
        key = `${placeOf(element.parentElement)}/${key}`;
        const occurrence = occurrences.get(key) ?? 0;
        occurrences.set(key, occurrence + 1);
        key += ` ${occurrence}`;
      }
      keys.set(element, key);
      const counterpart = side ? (before.get(key) ?? null) : null;
      counterparts.set(element, counterpart);
      if (!side) before.set(key, element);
      else if (counterpart) counterparts.set(counterpart, element);
    });
  });
  return counterparts;
}
