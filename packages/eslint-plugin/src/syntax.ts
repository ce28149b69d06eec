/**
 * The part of the syntax tree the rules look at: ESTree's nodes, with the few TypeScript adds. Only fields that every
 * parser gives are named (espree, typescript-eslint, oxlint). Nodes of other types do occur at run time; a `switch`
 * over `type` meets them in its default branch.
 */

interface Base<Type extends string> {
  readonly type: Type;
  readonly range: readonly [number, number];
  readonly parent: Node | null;
}

interface Wrapper<Type extends string> extends Base<Type> {
  readonly expression: Node;
}

interface AnyFunction<Type extends string> extends Base<Type> {
  readonly params: readonly Node[];
  readonly body: Node | null;
  readonly generator: boolean;
  readonly async: boolean;
  readonly returnType?: TypeAnnotation | null;
}

interface AnyClass<Type extends string> extends Base<Type> {
  readonly superClass: Node | null;
  readonly body: ClassBody;
}

interface Keyed<Type extends string> extends Base<Type> {
  readonly key: Node;
  readonly computed: boolean;
}

interface AnyField<Type extends string> extends Keyed<Type> {
  readonly value: Node | null;
  readonly static: boolean;
  readonly typeAnnotation?: TypeAnnotation | null;
}

/** A name. */
export interface Identifier extends Base<"Identifier"> {
  readonly name: string;
  readonly typeAnnotation?: TypeAnnotation | null;
}

/** A call `f()`, also inside an optional chain. */
export interface CallExpression extends Base<"CallExpression"> {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

/** A `yield` or, with `delegate`, a `yield*`. */
export interface YieldExpression extends Base<"YieldExpression"> {
  readonly argument: Node | null;
  readonly delegate: boolean;
}

/** Any function with a body of its own, arrow or not. */
export type FunctionNode =
  | AnyFunction<"FunctionDeclaration">
  | AnyFunction<"FunctionExpression">
  | AnyFunction<"ArrowFunctionExpression">;

/** A class, declared or as an expression. */
export type ClassNode = AnyClass<"ClassDeclaration"> | AnyClass<"ClassExpression">;

/** What stands between a class's braces. */
export interface ClassBody extends Base<"ClassBody"> {
  readonly body: readonly Node[];
}

/** A method of a class, constructor and accessors included. */
export interface MethodDefinition extends Keyed<"MethodDefinition"> {
  readonly value: Node;
  readonly kind: "constructor" | "method" | "get" | "set";
  readonly static: boolean;
}

/** A field of a class. */
export type FieldDefinition = AnyField<"PropertyDefinition"> | AnyField<"AccessorProperty">;

/** An object literal. */
export interface ObjectExpression extends Base<"ObjectExpression"> {
  readonly properties: readonly Node[];
}

/** One property of an object literal or of an object pattern. */
export interface Property extends Keyed<"Property"> {
  readonly value: Node;
  readonly kind: "init" | "get" | "set";
}

/** One `name = value` of a declaration. */
export interface VariableDeclarator extends Base<"VariableDeclarator"> {
  readonly id: Node;
  readonly init: Node | null;
}

/** An `import … from "…"`. */
export interface ImportDeclaration extends Base<"ImportDeclaration"> {
  readonly source: Node;
  readonly specifiers: readonly Node[];
  readonly importKind?: "type" | "value" | undefined;
}

/** One name in the braces of an import. */
export interface ImportSpecifier extends Base<"ImportSpecifier"> {
  readonly imported: Node;
  readonly local: Identifier;
  readonly importKind?: "type" | "value" | undefined;
}

/** The `: T` behind a name. */
export interface TypeAnnotation extends Base<"TSTypeAnnotation"> {
  readonly typeAnnotation: Node;
}

interface Member extends Base<"MemberExpression"> {
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}

interface Argument<Type extends string> extends Base<Type> {
  readonly argument: Node;
}

interface Sides<Type extends string> extends Base<Type> {
  readonly left: Node;
  readonly right: Node;
}

/** A node of the tree. */
export type Node =
  | Identifier
  | (Base<"PrivateIdentifier"> & { readonly name: string })
  | (Base<"Literal"> & { readonly value: unknown })
  | Base<"ThisExpression">
  | Base<"Super">
  | CallExpression
  | (Base<"NewExpression"> & { readonly callee: Node })
  | Member
  | (Base<"SequenceExpression"> & { readonly expressions: readonly Node[] })
  | (Base<"ConditionalExpression"> & { readonly consequent: Node; readonly alternate: Node })
  | (Argument<"UnaryExpression"> & { readonly operator: string })
  | Argument<"AwaitExpression">
  | Argument<"SpreadElement">
  | YieldExpression
  | (Base<"ImportExpression"> & { readonly source: Node })
  | Sides<"LogicalExpression">
  | (Sides<"AssignmentExpression"> & { readonly operator: string })
  | Sides<"AssignmentPattern">
  | Sides<"ForOfStatement">
  | (Base<"ForStatement"> & { readonly init: Node | null; readonly update: Node | null })
  | FunctionNode
  | ClassNode
  | ClassBody
  | MethodDefinition
  | FieldDefinition
  | Base<"StaticBlock">
  | ObjectExpression
  | (Base<"ObjectPattern"> & { readonly properties: readonly Node[] })
  | Property
  | (Base<"VariableDeclaration"> & { readonly kind: string })
  | VariableDeclarator
  | (Base<"BlockStatement"> & { readonly body: readonly Node[] })
  | (Base<"Program"> & { readonly body: readonly Node[] })
  | Wrapper<"ExpressionStatement">
  | Wrapper<"ChainExpression">
  | Wrapper<"ParenthesizedExpression">
  | Wrapper<"TSNonNullExpression">
  | Wrapper<"TSAsExpression">
  | Wrapper<"TSSatisfiesExpression">
  | Wrapper<"TSTypeAssertion">
  | Wrapper<"TSExternalModuleReference">
  | ImportDeclaration
  | ImportSpecifier
  | Base<"ImportDefaultSpecifier">
  | Base<"ImportNamespaceSpecifier">
  | (Base<"TSImportEqualsDeclaration"> & { readonly moduleReference: Node })
  | (Base<"TSParameterProperty"> & { readonly parameter: Node })
  | TypeAnnotation
  | (Base<"TSTypeReference"> & { readonly typeName: Node })
  | (Sides<"TSQualifiedName"> & { readonly right: Identifier })
  | (Base<"TSUnionType"> & { readonly types: readonly Node[] })
  | Base<"TSNullKeyword">
  | Base<"TSUndefinedKeyword">;
