// Building elements from text only: nothing a person or the bot wrote is ever read as HTML.

export const byId = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

// Addresses in a text become links; everything else stays text.
export function withLinks(text) {
  return text.split(/(https?:\/\/[^\s<>"'，。；、）】]+)/).map((part, index) =>
    index % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part
  );
}

let fading = 0;

export function toast(text) {
  if (!text) return;
  const box = byId("toast");
  const header = document.querySelector(".phone-top");
  const above = header.offsetParent ? header : document.querySelector(".bar"); // the older lines may be covered
  box.style.top = `${above.getBoundingClientRect().bottom + 8}px`;
  box.textContent = text;
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (box.hidden = true), 4500);
}
