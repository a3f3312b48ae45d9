// The public door: a graph of tasks and a scheduler for it, without any notion of what a task does.
export { buildGraph, type Graph, type GraphProblem } from './graph.ts';
export { type ScheduleOptions, schedule } from './schedule.ts';
export { type Task, type TaskId, taskId } from './task.ts';
export type { TaskState } from './task-states.ts';
