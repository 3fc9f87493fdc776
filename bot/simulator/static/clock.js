// The program's clock: showing it, and moving it in steps until the target is reached.

import { post } from "./api.js";
import { byId, toast } from "./dom.js";
import { state } from "./state.js";

let stopped = false;
let moving = false;

export function showClock() {
  const { now } = state;
  if (!now) return;
  byId("now-date").textContent = now.date;
  byId("now-weekday").textContent = now.weekday;
  byId("now-time").textContent = now.time;
  const field = byId("jump-to");
  if (!field.value) field.value = now.iso.slice(0, 16);
}

export function wireClock(refresh) {
  for (const button of document.querySelectorAll(".move[data-to], .move[data-minutes]")) {
    const { to, minutes } = button.dataset;
    button.addEventListener("click", () => move(to ? { to } : { minutes: Number(minutes) }, refresh));
  }
  byId("jump").addEventListener("submit", (event) => {
    event.preventDefault();
    move({ to: byId("jump-to").value }, refresh);
  });
  byId("stop-moving").addEventListener("click", () => (stopped = true));
}

export async function move(target, refresh) {
  if (moving) return;
  moving = true;
  stopped = false;
  setBusy(true, "正在调整时间…");
  const before = state.pushes.length;
  try {
    await walk(target, refresh);
    const pushed = state.pushes.length - before;
    const { date, weekday, time } = state.now;
    setBusy(false);
    if (!byId("toast").dataset.kept) toast(`到了${date} ${weekday} ${time}，${pushed ? `推送${pushed}条` : "没有新的推送"}。`);
  } catch (trouble) {
    toast(trouble.message);
  } finally {
    delete byId("toast").dataset.kept;
    setBusy(false);
    moving = false;
  }
}

async function walk(target, refresh) {
  for (;;) {
    const said = await post("clock", target);
    await refresh();
    if (said.note) {
      toast(said.note);
      byId("toast").dataset.kept = "1";
    }
    if (said.done || stopped) {
      byId("jump-to").value = state.now.iso.slice(0, 16);
      return;
    }
    target = { to: said.target };
    setBusy(true, `走到${said.now.date} ${said.now.weekday}…`);
  }
}

function setBusy(busy, text = "") {
  byId("moving").hidden = !busy;
  byId("moving-text").textContent = text;
  for (const button of document.querySelectorAll(".move")) button.disabled = busy;
}
