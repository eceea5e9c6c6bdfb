// Run it: MODEL=./examples/03-session-memory/guess-the-number.ts npm start
import { randomInt } from "node:crypto";
import {
  AIModel,
  type ModelDefinition,
  type RequestContext,
  type TaskInput,
  type TaskOutput,
} from "arena-model-server";

interface Game {
  readonly secret: number;
  guesses: number;
}

const maxGames = 10_000;

/** Keeps a number in mind for each session and says whether a guess is too low or too high. */
export default class GuessTheNumber extends AIModel {
  /** A session's guesses are taken one after the other, or the count would be wrong. */
  override readonly sessionOrder = "serial";
  readonly #games = new Map<string, Game>();

  getModelDefinition(): ModelDefinition {
    return { modelID: "guess", needsText: true, needsImage: false, canText: true, canImage: false };
  }

  async getResponse({ messages }: TaskInput, { sessionID }: RequestContext): Promise<TaskOutput> {
    const game = this.#gameOf(sessionID);
    const content = messages.findLast(({ role }) => role === "user")?.content;
    const [guess] = typeof content === "string" ? (content.match(/\d+/) ?? []) : [];
    if (guess === undefined) return { text: "I think of a number from 1 to 100. Which one?" };
    game.guesses++;
    const difference = Number(guess) - game.secret;
    if (difference !== 0) return { text: difference < 0 ? "It is higher." : "It is lower." };
    this.#games.delete(sessionID);
    return { text: `Yes! That took you ${game.guesses} guesses. I have a new number in mind.` };
  }

  #gameOf(sessionID: string): Game {
    const game = this.#games.get(sessionID) ?? { secret: randomInt(1, 101), guesses: 0 };
    this.#games.set(sessionID, game);
    // Sessions end without a word, so the oldest game makes room for the newest.
    const [oldest] = this.#games.keys();
    if (this.#games.size > maxGames && oldest !== undefined) this.#games.delete(oldest);
    return game;
  }
}
