// The list of people one can be, grouped, with who is bound and who has unread messages.

import { byId, make } from "./dom.js";
import { state, unreadOf } from "./state.js";

let drawnAs = "";

export function showPeople(choose) {
  const rows = state.people.map((person) => ({ ...person, unread: person.openid === state.me ? 0 : unreadOf(person.openid) }));
  const total = rows.reduce((sum, row) => sum + row.unread, 0);
  showBadge(byId("people-badge"), total);
  const drawing = JSON.stringify([state.me, rows.map(({ openid, bound, following, unread }) => [openid, bound, following, unread])]);
  if (drawing === drawnAs) return;
  drawnAs = drawing;
  const box = byId("people");
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.openid : null;
  const groups = Map.groupBy ? Map.groupBy(rows, (row) => row.group) : grouped(rows);
  box.replaceChildren(
    ...[...groups].map(([group, members]) =>
      make("div", { class: "group" }, make("h3", {}, group), make("ul", {}, ...members.map((row) => make("li", {}, entry(row, choose)))))
    )
  );
  if (focused) box.querySelector(`[data-openid="${CSS.escape(focused)}"]`)?.focus();
}

export function showBadge(badge, count) {
  badge.hidden = count === 0;
  badge.textContent = count > 99 ? "99+" : String(count);
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return groups;
}

function entry(row, choose) {
  const chosen = row.openid === state.me;
  const status = !row.following ? "未关注" : row.bound ? "已绑定" : "未绑定";
  const badge = make("b", { class: "badge", "aria-label": `${row.unread}条未读` });
  showBadge(badge, row.unread);
  return make(
    "button",
    { type: "button", class: "person", "data-openid": row.openid, "aria-pressed": String(chosen), onclick: () => choose(row.openid) },
    make("span", { class: "face", "aria-hidden": "true" }, row.name.slice(-1)),
    make("span", { class: "names" }, make("strong", {}, row.name), make("span", {}, row.title)),
    badge,
    make("span", { class: row.bound && row.following ? "tag bound" : "tag" }, status)
  );
}
