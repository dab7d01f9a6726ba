/** Owns what can happen in a run, a line for each kind: how often, how it is drawn, and what it does. */
import type { Draw } from "./draw.ts";
import type { Scene } from "./scene.ts";
import type { SimulatedMember } from "./simulated-member.ts";
import type { Trouble } from "./writer-queue.ts";

/** What a step does, and how that is said. */
export interface Act {
  readonly what: string;
  readonly run: (scene: Scene) => void;
}

export interface Kind {
  readonly name: string;
  /** Of all that happens, this share. */
  readonly weight: number;
  /** Without it a run is none; the others are there in half of the runs. */
  readonly always?: true;
  readonly draw: (draw: Draw) => Act;
}

const line = (scene: Scene, { name }: SimulatedMember) => scene.network.latest(name);

export const KINDS: readonly Kind[] = [
  {
    name: "publish",
    weight: 30,
    always: true,
    draw(draw) {
      const { member, room, oftenOne: count } = draw;
      const echo = draw.random.below(3) > 0;
      return {
        what: `${member.name} publishes ${count} in ${room}${echo ? "" : " without echo"}`,
        run: () => {
          for (let each = 0; each < count; each += 1) member.publish(room, echo);
        },
      };
    },
  },
  {
    name: "publish here",
    weight: 4,
    draw({ room, random }) {
      const count = random.pick([1, 3, 70, 350]);
      return {
        what: `the application publishes ${count} in ${room}`,
        run: (scene) => scene.publishHere(room, count),
      };
    },
  },
  {
    name: "cut",
    weight: 6,
    draw: ({ member }) => ({
      what: `the line of ${member.name} is cut`,
      run: (scene) => line(scene, member)?.cut(),
    }),
  },
  {
    name: "break",
    weight: 4,
    draw({ member, direction, random }) {
      const bytes = random.below(random.pick([800, 4_000, 20_000]));
      return {
        what: `the line of ${member.name} is cut, and the next one after ${bytes} bytes ${direction}`,
        run: (scene) => {
          line(scene, member)?.cut();
          scene.network.breakNext(member.name, direction, bytes);
        },
      };
    },
  },
  {
    name: "late hello",
    weight: 3,
    draw(draw) {
      const { member } = draw;
      const ms = draw.ms(9_000);
      return {
        what: `the line of ${member.name} is cut, and the hello on the next one arrives ${ms} ms after that is given up`,
        run: (scene) => {
          line(scene, member)?.cut();
          scene.network.strandNext(member.name, ms);
        },
      };
    },
  },
  {
    name: "stall",
    weight: 4,
    draw(draw) {
      const { member, direction } = draw;
      const ms = draw.ms(40_000);
      return {
        what: `nothing goes ${direction} for ${ms} ms on the line of ${member.name}`,
        run: (scene) => line(scene, member)?.stall(direction, ms),
      };
    },
  },
  {
    name: "swallow",
    weight: 2,
    draw: ({ member, direction }) => ({
      what: `the line of ${member.name} swallows all that goes ${direction}`,
      run: (scene) => line(scene, member)?.swallow(direction),
    }),
  },
  {
    name: "narrow",
    weight: 2,
    draw({ member, random }) {
      const bytesPerSecond = random.pick([200, 2_000, 20_000]);
      return {
        what: `the line of ${member.name} takes ${bytesPerSecond} bytes a second`,
        run: (scene) => line(scene, member)?.narrow(bytesPerSecond),
      };
    },
  },
  {
    name: "wake",
    weight: 3,
    draw: ({ member }) => ({ what: `${member.name} wakes`, run: () => member.wake() }),
  },
  {
    name: "disconnect",
    weight: 2,
    draw(draw) {
      const { member } = draw;
      const ms = draw.ms(60_000);
      return {
        what: `${member.name} disconnects for ${ms} ms`,
        run: ({ timeline }) => {
          member.disconnect();
          timeline.after(ms, () => member.connect());
        },
      };
    },
  },
  {
    name: "leave",
    weight: 2,
    draw({ member, room }) {
      return { what: `${member.name} leaves ${room}`, run: () => member.leave(room) };
    },
  },
  {
    name: "enter",
    weight: 5,
    draw({ member, room }) {
      return { what: `${member.name} enters ${room}`, run: () => member.enter(room) };
    },
  },
  {
    name: "die",
    weight: 2,
    draw(draw) {
      const { member } = draw;
      const ms = draw.ms(90_000);
      return {
        what: `the program of ${member.name} dies, and starts after ${ms} ms`,
        run: ({ timeline }) => {
          member.die();
          timeline.after(ms, () => member.start());
        },
      };
    },
  },
  {
    name: "kick",
    weight: 1,
    draw({ member, room, random }) {
      const from = random.pick([room, undefined]);
      return {
        what: `${member.name} is kicked out of ${from ?? "the server"}`,
        run: ({ server }) => {
          if (member.clientId !== undefined) server.hub?.kick(member.clientId, from);
        },
      };
    },
  },
  {
    name: "kill",
    weight: 3,
    draw(draw) {
      const ms = draw.ms(20_000);
      return {
        what: `the server is killed, and boots after ${ms} ms`,
        run: (scene) => {
          scene.kill();
          scene.timeline.after(ms, () => scene.server.boot());
        },
      };
    },
  },
  {
    name: "power cut",
    weight: 1,
    draw(draw) {
      const ms = draw.ms(30_000);
      const groups = draw.random.below(8);
      return {
        what: `the machine loses its power and at most ${groups} groups, and boots after ${ms} ms`,
        run: (scene) => {
          scene.kill(groups);
          scene.timeline.after(ms, () => scene.server.boot());
        },
      };
    },
  },
  {
    name: "drain",
    weight: 2,
    draw(draw) {
      const ms = draw.ms(5_000);
      return {
        what: `the server drains, and boots after ${ms} ms`,
        run: ({ server, timeline }) => {
          server.drain(() => timeline.after(ms, () => server.boot()));
        },
      };
    },
  },
  {
    name: "slow store",
    weight: 2,
    draw(draw) {
      const [flushMs, ms] = [10 + draw.ms(3_000), draw.ms(15_000)];
      return {
        what: `a flush takes up to ${flushMs} ms, for ${ms} ms`,
        run: ({ server, timeline }) => {
          server.trouble.flushMs = flushMs;
          timeline.after(ms, () => server.heal());
        },
      };
    },
  },
  {
    name: "slow reads",
    weight: 2,
    draw(draw) {
      const [readMs, ms] = [10 + draw.ms(3_000), draw.ms(15_000)];
      return {
        what: `a read takes up to ${readMs} ms, for ${ms} ms`,
        run: ({ server, timeline }) => {
          server.trouble.readMs = readMs;
          timeline.after(ms, () => server.heal());
        },
      };
    },
  },
  {
    name: "refusing store",
    weight: 3,
    draw(draw) {
      const ms = draw.ms(15_000);
      const reason = draw.random.pick<NonNullable<Trouble["refuses"]>>([
        "storage_full",
        "storage_unavailable",
      ]);
      return {
        what: `the store says ${reason}, for ${ms} ms`,
        run: ({ server, timeline }) => {
          server.trouble.refuses = reason;
          timeline.after(ms, () => server.heal());
        },
      };
    },
  },
  {
    name: "lossy relay",
    weight: 2,
    draw({ room }) {
      return {
        what: `the next event of ${room} is not announced`,
        run: (scene) => {
          scene.relayLost = true;
          scene.server.trouble.loses.add(room);
        },
      };
    },
  },
  {
    name: "delete",
    weight: 1,
    draw({ room }) {
      return {
        what: `${room} is deleted`,
        run: ({ server }) => void server.hub?.deleteRoom(room),
      };
    },
  },
  {
    name: "trim",
    weight: 2,
    draw({ room, random }) {
      const keep = random.pick([0, 1, 10]);
      return {
        what: `${room} is trimmed to ${keep}`,
        run: ({ disk }) => disk.trim(room, keep),
      };
    },
  },
];
