import { cloudBadge, h } from "../dom.js";
import { timeBars } from "../time-bars.js";

/** Where an attempt stops: until the next one, no instance works at the task. */
const STOPS = new Set(["question", "sleep", "ended"]);

/** A task over all of its attempts, each on the instance that made it, and over what it waited for. */
export function taskPicture({ tool, moments }) {
  const from = moments[0].at;
  const isOver = moments.at(-1).kind === "ended";
  const to = Math.max(isOver ? moments.at(-1).at : Date.now(), from + 1);
  const rows = [];
  const waits = new Map();
  let attempt;
  for (const { at, kind, name, cloud, pid } of moments) {
    if (kind === "attempt") {
      attempt = { from: at, to, kind: "own", title: `attempt ${name}` };
      for (const wait of waits.values()) if (wait.kind === "sleep") wait.to = Math.min(wait.to, at);
      rows.push({
        label: [`attempt ${name} `, cloudBadge(cloud), h("span", { className: "instance" }, ` process ${pid}`)],
        bars: [attempt],
      });
    } else if (kind === "step") rows.at(-1)?.bars.push({ from: at, to: at, kind: "step", title: `step “${name}”` });
    else if (kind === "answer") Object.assign(waits.get(`question ${name}`) ?? {}, { to: at });
    else if (kind === "question" || kind === "sleep") {
      const wait = { from: at, to, kind, title: kind === "sleep" ? `sleeps: “${name}”` : `waits for “${name}”` };
      waits.set(`${kind} ${name}`, wait);
      rows.push({ label: [wait.title], bars: [wait] });
    }
    if (STOPS.has(kind) && attempt) attempt.to = at;
  }
  return timeBars(rows, { from, to, name: `The task ${tool} over its attempts` });
}
