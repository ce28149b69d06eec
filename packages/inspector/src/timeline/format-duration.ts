/** Times as people write them, in the units that the library takes: `250ms`, `1.5s`, `2m`, `1h`. */

const HOUR = 3600;
const MINUTE = 60;

/** Three digits of a duration, in one unit, or in two from a minute on. */
export function formatDuration(seconds: number, micro = "µ"): string {
  if (seconds < 0) return `-${formatDuration(-seconds, micro)}`;
  if (seconds === 0) return "0s";
  const rounded = Number(seconds.toPrecision(seconds < MINUTE ? 3 : 6));
  if (rounded < 1e-6) return `${digits(rounded * 1e9)}ns`;
  if (rounded < 1e-3) return `${digits(rounded * 1e6)}${micro}s`;
  if (rounded < 1) return `${digits(rounded * 1e3)}ms`;
  if (rounded < MINUTE) return `${digits(rounded)}s`;
  if (rounded < HOUR) return inTwo(Math.round(rounded), MINUTE, "m", 1, "s");
  return inTwo(Math.round(rounded / MINUTE), MINUTE, "h", 1, "m");
}

/** A moment on an axis whose marks are `step` seconds apart. */
export function formatMark(seconds: number, step: number, micro = "µ"): string {
  if (seconds < MINUTE || step < 1) {
    const minutes = Math.floor(seconds / MINUTE);
    if (minutes === 0) return small(seconds, step, micro);
    const rest = seconds - minutes * MINUTE;
    const whole = formatDuration(minutes * MINUTE, micro);
    return rest < step / 2 ? whole : `${whole}+${small(rest, step, micro)}`;
  }
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds - hours * HOUR) / MINUTE);
  const rest = Math.round(seconds - hours * HOUR - minutes * MINUTE);
  const parts = [
    hours > 0 ? `${hours}h` : "",
    minutes > 0 ? `${minutes}m` : "",
    rest > 0 ? `${rest}s` : "",
  ];
  return parts.join("") || "0s";
}

function small(seconds: number, step: number, micro: string): string {
  if (seconds < step / 2) return "0s";
  const exact = Number((Math.round(seconds / step) * step).toPrecision(12));
  if (exact < 1e-6) return `${digits(exact * 1e9)}ns`;
  if (exact < 1e-3) return `${digits(exact * 1e6)}${micro}s`;
  if (exact < 1) return `${digits(exact * 1e3)}ms`;
  return `${digits(exact)}s`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(9)));
}

function inTwo(value: number, base: number, large: string, unit: number, name: string): string {
  const whole = Math.floor(value / base);
  const rest = (value - whole * base) * unit;
  return rest === 0 ? `${whole}${large}` : `${whole}${large}${rest}${name}`;
}
