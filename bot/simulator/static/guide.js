// 三步上手: shown on the first visit, and again by the question mark.

import { byId } from "./dom.js";
import { keep, state } from "./state.js";

const PLAN = "设置 三月主题党日 3月10日 14:00 多功能厅";

export function wireGuide(choose, fill) {
  const guide = byId("guide");
  const steps = {
    bind: () => play(state.people[0]),
    plan: () => play(state.people[0], PLAN),
    teacher: () => play(state.people.find((person) => person.group === "教师") ?? state.people[1]),
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
