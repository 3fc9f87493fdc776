// 四步上手: shown on the first visit, and again by the question mark.

import { byId } from "./dom.js";
import { keep, state } from "./state.js";

const PLAN = "设置 三月主题党日 3月10日 14:00 多功能厅";
const BEGINS = "-03-10T14:00"; // when that is

export function wireGuide(choose, fill, move) {
  const guide = byId("guide");
  const member = () => state.people.find((person) => person.group === "党员"); // whom a 主题党日 concerns
  const steps = {
    bind: () => play(state.people[0]),
    plan: () => play(state.people[0], PLAN),
    member: () => play(member(), "三月有什么活动"),
    checkIn: async () => {
      const begins = state.now.iso.slice(0, 4) + BEGINS;
      play(member(), "签到");
      if (state.now.iso < begins) await move({ to: begins });
    },
  };

  function play(person, sentence) {
    if (!person) return;
    choose(person.openid);
    const offered = person.bound ? sentence : person.chips.find((chip) => chip.text.startsWith("绑定"))?.text;
    fill(offered ?? sentence ?? "");
  }

  for (const button of guide.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      guide.close();
      steps[button.dataset.step]();
    });
  }
  byId("open-guide").addEventListener("click", () => guide.showModal());
  guide.addEventListener("close", () => {
    state.guided = true;
    keep();
  });
  if (!state.guided) guide.showModal();
}
