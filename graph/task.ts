// What a task is: a name, what it needs, and the pool of slots that it runs in.

/** Names one task within a graph; made by `taskId` alone, so that no other string passes for one. */
export type TaskId = string & { readonly __taskId: never };

/** Makes a task's name from any text; equal texts name the same task. */
export function taskId(text: string): TaskId {
  return text as TaskId;
}

/** A node of the graph. What doing it means is known only to whoever schedules it. */
export interface Task {
  readonly id: TaskId;
  /** All of these must be done before this task is looked at. Naming one twice is the same as once. */
  readonly dependsOn: readonly TaskId[];
  /** The pool one of whose slots the task holds while it runs. */
  readonly pool: string;
  /** Among tasks that are ready, a higher number starts first; equal ones start in the order they got ready. */
  readonly priority: number;
}
