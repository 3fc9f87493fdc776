// What the page knows: people, every line of every chat, who is being played, what was read.

const KEPT = "sandbox";
const PUSHES = new Set(["customer", "template", "mass", "preview", "fault"]);

function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

const kept = recall();

export const state = {
  now: null,
  people: [],
  menu: [],
  chats: new Map(),
  pushes: [],
  latest: 0,
  me: kept.me ?? "",
  read: kept.read ?? {},
  readFeed: kept.readFeed ?? 0,
  guided: kept.guided ?? false,
};

export function keep() {
  const { me, read, readFeed, guided } = state;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ me, read, readFeed, guided }));
  } catch {
    // Private windows may refuse; the page works without.
  }
}

export const me = () => state.people.find((person) => person.openid === state.me);
export const personOf = (openid) => state.people.find((person) => person.openid === openid);
export const linesOf = (openid) => state.chats.get(openid) ?? [];
export const isPush = (line) => PUSHES.has(line.kind);

export function unreadOf(openid) {
  const read = state.read[openid] ?? 0;
  return linesOf(openid).filter((line) => line.id > read && line.kind !== "said" && line.kind !== "note").length;
}

export function markRead(openid) {
  const last = linesOf(openid).at(-1)?.id ?? 0;
  if (last === (state.read[openid] ?? 0)) return;
  state.read[openid] = last;
  keep();
}

// A server that started afresh counts from one again: what was read and shown before is void.
export function take(said) {
  if (said.latest < state.latest) location.reload();
  state.now = said.now;
  state.people = said.people;
  state.menu = said.menu;
  const first = state.latest === 0;
  const fresh = said.lines.filter((line) => line.id > state.latest);
  for (const line of fresh) {
    if (!state.chats.has(line.openid)) state.chats.set(line.openid, []);
    state.chats.get(line.openid).push(line);
    if (isPush(line)) state.pushes.push(line);
    state.latest = line.id;
  }
  if (first && said.latest && Object.values(state.read).some((id) => id > said.latest)) {
    state.read = {};
    state.readFeed = 0;
  }
  if (!me()) state.me = state.people[0]?.openid ?? "";
}
