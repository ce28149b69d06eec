/** Assertions about types, checked by the compiler alone. */

/** True when both are the same type, `any` and optional members told apart. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes nothing but true. */
export type Expect<T extends true> = T;

/** True when `A` can be assigned to `B`. */
export type Assignable<A, B> = [A] extends [B] ? true : false;

/** `is<string>()(value)` compiles only when the type of `value` is exactly `string`. */
export declare function is<Wanted>(): <Got>(
  value: Got,
  ...mismatch: Equal<Got, Wanted> extends true ? [] : [{ got: Got; wanted: Wanted }]
) => void;
