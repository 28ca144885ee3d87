import { byId, cloudBadge, h, timeOf } from "../dom.js";
import { taskPicture } from "./task-picture.js";

const MOST = 200;

/** What a moment of a task says, by its kind. */
const WORDS = {
  began: () => "began",
  attempt: (name) => `attempt ${name}`,
  step: (name) => `step “${name}” is done`,
  question: (name) => `asks “${name}”`,
  answer: (name) => `“${name}” is answered`,
  sleep: (name) => `sleeps: “${name}”`,
  ended: (name) => name,
};

/** Tasks by id, each with its place. */
const shown = new Map();

/** Shows tasks that are new or have changed, the newest first; `isAll` when they replace those that are shown. */
export function showTasks(tasks, isAll) {
  if (isAll) {
    byId("task-list").replaceChildren();
    shown.clear();
  }
  for (const task of tasks) {
    const place = h("article", { ariaLabel: `Task ${task.taskId} of ${task.tool}` }, ...contentsOf(task));
    const before = shown.get(task.taskId);
    if (before) before.replaceWith(place);
    else byId("task-list").prepend(place);
    shown.set(task.taskId, place);
  }
  for (const [id, place] of shown) {
    if (shown.size <= MOST) break;
    place.remove();
    shown.delete(id);
  }
  byId("no-tasks").hidden = shown.size > 0;
}

const contentsOf = (task) => {
  const { taskId, tool, status, attempt, moments } = task;
  return [
    h(
      "h2",
      {},
      tool,
      " ",
      h("span", { className: `badge outcome ${BADGES[status] ?? "open"}` }, status),
      " ",
      h("code", {}, `${taskId}…`),
    ),
    h("p", { className: "note" }, attempt === 1 ? "1 attempt" : `${attempt} attempts`),
    taskPicture(task),
    h(
      "ol",
      { className: "moments", ariaLabel: "What happened to the task" },
      ...moments.map(({ at, cloud, pid, kind, name }) =>
        h(
          "li",
          {},
          h("span", { className: "time" }, timeOf(at)),
          cloudBadge(cloud),
          h("span", { className: "instance" }, `process ${pid}`),
          h("span", { className: `moment ${kind}` }, WORDS[kind](name)),
        ),
      ),
    ),
  ];
};

/** The colours of outcomes that suit a status. */
const BADGES = { completed: "ok", failed: "protocol_error", cancelled: "cancelled", input_required: "input_required" };
