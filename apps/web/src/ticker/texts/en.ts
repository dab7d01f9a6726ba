/** Owns every English word that the ticker says. */
import { counting } from "../../texts/counting.ts";

const { number, count } = counting("en");

export const en = {
  title: "Ticker",
  symbols: "Symbols",
  chartOf: (symbol: string) => `Chart of ${symbol}`,
  now: "now",
  summary: (symbol: string, price: string, change: string, low: string, high: string) =>
    `${symbol}: ${price}, ${change}; between ${low} and ${high} in this time`,
  age: (span: string) => `no tick for ${span}`,
  notConnected: (age: string) => `Not connected: ${age}`,
  ticks: (n: number) => `${count(n, "tick")} since this page was opened`,
  silent: (n: number, of: number) => `${number(n)} of ${number(of)} symbols silent`,
  missed: (n: number) => `${number(n)} no longer kept by the server`,

  none: {
    refused: "These prices are not for you",
    out: "No prices come in",
    waiting: "Asking for prices…",
    waitingLead: "They show as soon as there is a connection.",
    empty: "No prices yet",
    emptyLead: (room: string) => `Any program may publish them into the room “${room}”, over plain HTTP:`,
  },
};

export type TickerTexts = typeof en;
