/** Owns how somebody who looks elsewhere hears of a message: a notification, a sound. Both are off until asked for. */
import { recall, remember } from "./storage.ts";

const NOTIFY = "notify";
const SOUND = "sound";
const ON = "on";

export class Alerts {
  #notifies = $state(recall(NOTIFY) === ON && permission() === "granted");
  #sounds = $state(recall(SOUND) === ON);
  #audio: AudioContext | undefined;

  get notifies(): boolean {
    return this.#notifies;
  }

  get sounds(): boolean {
    return this.#sounds;
  }

  /** @returns false: the browser does not allow it. */
  async setNotifies(on: boolean): Promise<boolean> {
    const isAllowed = !on || (await ask()) === "granted";
    this.#notifies = on && isAllowed;
    remember(NOTIFY, this.#notifies ? ON : undefined);
    return isAllowed;
  }

  setSounds(on: boolean): void {
    this.#sounds = on;
    remember(SOUND, on ? ON : undefined);
    // As a sample; and browsers let only a click begin it.
    if (on) this.#play();
  }

  /** @param tag one notification at a time of each. @param go where a click on it leads. */
  tell(title: string, body: string, tag: string, go: () => void): void {
    if (this.#sounds) this.#play();
    if (!this.#notifies) return;
    try {
      const notification = new Notification(title, { body, tag, icon: "/icon-192.png" });
      notification.onclick = () => {
        focus();
        go();
        notification.close();
      };
    } catch {
      // A phone's browser has them for service workers alone.
      this.#notifies = false;
    }
  }

  /** Two short notes, a fifth apart. */
  #play(): void {
    const audio = (this.#audio ??= new AudioContext());
    for (const [at, hertz] of [
      [0, 523.25],
      [0.09, 783.99],
    ] as const) {
      const tone = new OscillatorNode(audio, { frequency: hertz });
      const from = audio.currentTime + at;
      const gain = new GainNode(audio, { gain: 0 });
      gain.gain.linearRampToValueAtTime(0.08, from + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.22);
      tone.connect(gain).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.24);
    }
  }
}

function permission(): NotificationPermission {
  return "Notification" in globalThis ? Notification.permission : "denied";
}

async function ask(): Promise<NotificationPermission> {
  return permission() === "default" ? Notification.requestPermission() : permission();
}
