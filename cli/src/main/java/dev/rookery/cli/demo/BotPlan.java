package dev.rookery.cli.demo;

import java.nio.file.Path;

/**
 * What a bot process is told.
 *
 * @param number from 1
 * @param bots in the fleet
 * @param history the file that it writes down what it does in
 */
public record BotPlan(String address, int number, int bots, Path history) {
  String name() {
    return Fleet.name(number);
  }
}
