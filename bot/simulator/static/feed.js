// 推送动态: what the bot sent to whom by itself, newest first.

import { byId, make } from "./dom.js";
import { keep, personOf, state } from "./state.js";
import { showBadge } from "./people.js";

const CHANNELS = { customer: "客服消息", template: "模板消息", mass: "群发", preview: "预览", fault: "故障" };
const MOST = 300;

let shownUpTo = 0;

export function showFeed(choose) {
  const box = byId("feed");
  const fresh = state.pushes.filter((line) => line.id > shownUpTo);
  if (!state.pushes.length && !box.firstChild) {
    box.append(make("p", { class: "empty" }, "还没有推送。绑定几个人，再点“到下一个提醒”。"));
  }
  if (fresh.length) {
    box.querySelector(".empty")?.remove();
    for (const line of fresh) place(box, line, choose);
    shownUpTo = fresh.at(-1).id;
    while (box.querySelectorAll(".push").length > MOST) box.querySelector(".day:last-child .push:last-child")?.remove();
  }
  const inView = document.body.dataset.view === "feed" || getComputedStyle(box.closest(".feed")).position === "static";
  if (inView) {
    if (state.readFeed !== shownUpTo) {
      state.readFeed = shownUpTo;
      keep();
    }
    showBadge(byId("feed-badge"), 0);
  } else {
    showBadge(byId("feed-badge"), state.pushes.filter((line) => line.id > state.readFeed).length);
  }
}

function place(box, line, choose) {
  const heading = `${line.at.date} ${line.at.weekday}`;
  let day = box.firstElementChild;
  if (day?.dataset.day !== heading) {
    day = make("div", { class: "day", "data-day": heading }, make("h3", {}, heading), make("ul"));
    box.prepend(day);
  }
  day.querySelector("ul").prepend(make("li", {}, entry(line, choose)));
}

function entry(line, choose) {
  const text = line.title ? `${line.title}｜${line.text.replaceAll("\n", "  ")}` : line.text;
  return make(
    "button",
    { type: "button", class: `push ${line.kind}`, onclick: () => choose(line.openid), title: "看这个人的聊天" },
    make(
      "span",
      { class: "push-top" },
      make("time", { datetime: line.at.iso }, line.at.time),
      make("strong", {}, personOf(line.openid)?.name ?? "其他人"),
      make("span", { class: "channel" }, CHANNELS[line.kind])
    ),
    make("span", { class: "push-text" }, text)
  );
}
