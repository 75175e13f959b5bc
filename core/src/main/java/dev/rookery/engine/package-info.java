/**
 * The engine: everything between the log and the handlers. A {@link dev.rookery.engine.Worker}
 * decides as a pure step, a {@link dev.rookery.engine.WorkerDriver} runs what it decided on
 * threads. Nothing here is for other modules.
 */
@NullMarked
package dev.rookery.engine;

import org.jspecify.annotations.NullMarked;
