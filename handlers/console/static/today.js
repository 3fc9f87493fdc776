// Keeps 今日 up to date: asks every ten seconds while the page is seen. Without it 刷新 does the same.

const EVERY = 10_000; // milliseconds
const SLOWEST = 60_000;
const PATIENCE = 8_000;

const live = document.querySelector("#live");
const fresh = document.querySelector("#fresh");
let etag = `"${live.dataset.etag}"`;
let timer = 0;
let failures = 0;
let asking = false;

function say(text, broken) {
  if (fresh.textContent !== text) fresh.textContent = text;
  fresh.classList.toggle("broken", broken);
  // Only a change of state is worth a word of the screen reader, not each time of day.
  fresh.setAttribute("role", broken ? "status" : "none");
}

// What makes two nodes the same one: a key where there is one, else what they are.
function sort(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
  return `${node.nodeName} ${node.dataset.key ?? node.id ?? ""}`;
}

// Make `here` what `there` is by the fewest changes: focus, selection and place on the page stay where they are.
function patch(here, there) {
  if (here.nodeType === Node.TEXT_NODE) {
    if (here.data !== there.data) here.data = there.data;
    return;
  }
  for (const { name, value } of there.attributes) {
    if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  }
  for (const { name } of [...here.attributes]) {
    if (!there.hasAttribute(name)) here.removeAttribute(name);
  }
  patchChildren(here, there);
}

function patchChildren(here, there) {
  let place = here.firstChild;
  for (const wanted of [...there.childNodes]) {
    let same = place;
    while (same && sort(same) !== sort(wanted)) same = same.nextSibling;
    if (same) {
      while (place !== same) place = remove(place);
      place = same.nextSibling;
      patch(same, wanted);
    } else {
      here.insertBefore(wanted, place);
    }
  }
  while (place) place = remove(place);
}

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// Blanks between elements would be nodes of their own, all alike.
function withoutBlanks(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const blanks = [];
  while (walker.nextNode()) if (!walker.currentNode.data.trim()) blanks.push(walker.currentNode);
  for (const blank of blanks) blank.remove();
  return root;
}

function show(html) {
  const came = withoutBlanks(new DOMParser().parseFromString(html, "text/html").body);
  const held = document.activeElement;
  const section = live.contains(held) ? held.closest("section") : null;
  patchChildren(withoutBlanks(live), came);
  // What had the focus is gone, a payment that was confirmed on the phone: its section is the nearest place.
  if (section && !held.isConnected) section.querySelector("h2")?.focus({ preventScroll: true });
}

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  window.clearTimeout(timer);
  const limit = new AbortController();
  const patience = window.setTimeout(() => limit.abort(), PATIENCE);
  try {
    const answer = await fetch(live.dataset.from, { headers: { "If-None-Match": etag }, signal: limit.signal });
    if (answer.status === 401) {
      // Logged out: nothing personal stays on the screen.
      window.location.reload();
      return;
    }
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      etag = answer.headers.get("ETag") ?? "";
    }
    failures = 0;
    say(`更新于 ${answer.headers.get("X-Updated")}`, false);
  } catch {
    failures += 1;
    say("连接中断，会自动重试", true);
  } finally {
    window.clearTimeout(patience);
    asking = false;
    timer = window.setTimeout(ask, Math.min(EVERY * 2 ** Math.max(failures - 1, 0), SLOWEST));
  }
}

document.addEventListener("visibilitychange", () => {
  window.clearTimeout(timer);
  if (!document.hidden) ask();
});
window.addEventListener("online", ask);
timer = window.setTimeout(ask, EVERY);

// After a click: the eye and the screen reader are taken to what has become of it, and 刷新 does not say it again.
document.querySelector("#said")?.focus();
if (window.location.search) window.history.replaceState(null, "", window.location.pathname);
