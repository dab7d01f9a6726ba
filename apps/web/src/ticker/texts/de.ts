/** Owns every German word that the ticker says. */
import { counting } from "../../texts/counting.ts";
import type { TickerTexts } from "./en.ts";

const { number, count } = counting("de");

export const de: TickerTexts = {
  title: "Kurse",
  symbols: "Symbole",
  chartOf: (symbol) => `Verlauf von ${symbol}`,
  now: "jetzt",
  summary: (symbol, price, change, low, high) =>
    `${symbol}: ${price}, ${change}; zwischen ${low} und ${high} in dieser Zeit`,
  age: (span) => `seit ${span} kein Kurs`,
  notConnected: (age) => `Nicht verbunden: ${age}`,
  ticks: (n) => `${count(n, "Kurs", "Kurse")}, seit diese Seite offen ist`,
  silent: (n, of) => `${number(n)} von ${number(of)} Symbolen stumm`,
  missed: (n) => `${number(n)} hat der Server nicht mehr`,

  none: {
    refused: "Diese Kurse sind nicht für dich",
    out: "Es kommen keine Kurse an",
    waiting: "Kurse werden geholt …",
    waitingLead: "Sie stehen hier, sobald eine Verbindung besteht.",
    empty: "Noch keine Kurse",
    emptyLead: (room) => `Jedes Programm kann welche im Raum „${room}“ veröffentlichen, mit einfachem HTTP:`,
  },
};
