// The chat of the person being played.

import { byId, make, withLinks } from "./dom.js";
import { linesOf, me, state } from "./state.js";

const QUIET = 5 * 60 * 1000; // a time is shown again after so long a pause
const CHANNELS = { customer: "客服消息", mass: "群发", preview: "群发预览" };

let shownFor = "";
let shownUpTo = 0;
let lastAt = 0;

export function showChat() {
  const box = byId("chat");
  if (shownFor !== state.me) {
    box.replaceChildren();
    shownFor = state.me;
    shownUpTo = 0;
    lastAt = 0;
  }
  const fresh = linesOf(state.me).filter((line) => line.id > shownUpTo);
  if (!fresh.length) {
    if (!box.firstChild) box.append(make("p", { class: "empty" }, "还没有消息。点下面的句子，或自己输入。"));
    return;
  }
  box.querySelector(".empty")?.remove();
  const nearEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 160;
  const opening = shownUpTo === 0;
  for (const line of fresh) box.append(...drawn(line));
  shownUpTo = fresh.at(-1).id;
  if (opening || nearEnd || fresh.some((line) => line.kind === "said")) box.scrollTop = box.scrollHeight;
}

function drawn(line) {
  const nodes = [];
  const at = Date.parse(line.at.iso);
  if (Math.abs(at - lastAt) > QUIET) {
    nodes.push(make("p", { class: "when" }, `${line.at.date.slice(5)} ${line.at.weekday} ${line.at.time}`));
  }
  lastAt = at;
  if (line.kind === "note") nodes.push(make("p", { class: "note" }, line.text));
  else if (line.kind === "fault") nodes.push(make("p", { class: "note fault" }, line.text));
  else if (line.kind === "template") nodes.push(card(line));
  else nodes.push(bubble(line));
  return nodes;
}

function bubble(line) {
  const mine = line.kind === "said";
  const face = mine
    ? make("span", { class: "face mine", "aria-hidden": "true" }, me()?.name.slice(-1) ?? "我")
    : make("span", { class: "face", "aria-hidden": "true" }, "党");
  const channel = CHANNELS[line.kind];
  const text = make("p", { class: line.text.startsWith("[语音]") && mine ? "bubble voice" : "bubble" });
  text.append(...withLinks(line.text.replace(/^\[语音\] /, mine ? "" : "$&")));
  const body = make("div", { class: "said" }, text, channel && make("span", { class: "channel" }, channel));
  body.prepend(make("span", { class: "unseen" }, mine ? "我说：" : "党务助手说："));
  return make("div", { class: mine ? "row mine" : "row" }, face, body);
}

function card(line) {
  const rows = line.fields.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]);
  return make(
    "article",
    { class: "card", "aria-label": "模板消息" },
    make("h3", {}, line.title),
    make("dl", {}, ...rows),
    line.url && make("a", { href: line.url, target: "_blank", rel: "noopener noreferrer" }, "查看详情")
  );
}
