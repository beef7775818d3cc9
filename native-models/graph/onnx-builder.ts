/**
 * A small typed builder of ONNX graphs.
 *
 * A {@link Value} is a name with a known element type; nodes check the types of their inputs, names are unique, and a
 * graph with an undefined value cannot be written. Weights stay where they are: an initializer may be external data,
 * a range of a file next to the graph (ONNX IR, "External Tensor Data").
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { GraphError } from './graph-error.ts';

/** Element types, as they are written in a graph. */
export type OnnxType = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int64' | 'int32' | 'bool';

const dataTypes: Record<OnnxType, DataType> = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  float64: DataType.DOUBLE,
  int64: DataType.INT64,
  int32: DataType.INT32,
  bool: DataType.BOOL,
};

/** ai.onnx 20 (ONNX 1.15) is the first with Gelu; IR 9 belongs to it. */
const opsets = [
  { domain: '', version: 20n },
  { domain: 'com.microsoft', version: 1n },
];
const IR_VERSION = 9n;

/** An edge of the graph. */
export interface Value {
  readonly name: string;
  readonly type: OnnxType;
}

/** A size, or the name of a size that is known only when the graph runs. */
export type Dim = number | string;

/** An input or output of the graph. */
export interface GraphPort {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly Dim[];
}

/** Numbers without a decimal point are ints; wrap floats as `{ float: 1 }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** Location of an initializer. */
export interface ExternalData {
  /** File name, without folders: ONNX Runtime looks next to the graph. */
  readonly location: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** Settings of a node besides its operator and inputs. */
export interface NodeOptions {
  /** Prefix of the node's and its outputs' names; the module's path in the checkpoint, by convention. */
  readonly path?: string;
  readonly domain?: '' | 'com.microsoft';
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A graph under construction. */
export class OnnxBuilder {
  readonly inputs: GraphPort[] = [];
  readonly outputs: GraphPort[] = [];
  readonly #nodes: NodeProto[] = [];
  readonly #initializers = new Map<string, TensorProto>();
  readonly #constants = new Map<string, Value>();
  readonly #values = new Map<string, Value>();
  readonly #numbering = new Map<string, number>();

  /** Declares an input of the graph. @throws GraphError GRAPH_INVALID when the name is taken */
  input(name: string, type: OnnxType, dims: readonly Dim[]): Value {
    this.inputs.push({ name, type, dims });
    return this.#define(name, type);
  }

  /** Declares `value` an output of the graph under `name`. @throws GraphError GRAPH_INVALID when the name is taken */
  output(name: string, value: Value, dims: readonly Dim[]): void {
    this.outputs.push({ name, type: value.type, dims });
    this.#define(name, value.type);
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType: 'Identity',
        name: `output/${name}`,
        input: [value.name],
        output: [name],
      }),
    );
  }

  /** A small float32 constant stored in the graph; equal constants are stored once. */
  floats(data: readonly number[], dims: readonly number[] = [data.length]): Value {
    return this.#constant('float32', new Uint8Array(Float32Array.from(data).buffer), dims, data.length);
  }

  /** A small int64 constant stored in the graph; equal constants are stored once. */
  ints(data: readonly number[], dims: readonly number[] = [data.length]): Value {
    return this.#constant(
      'int64',
      new Uint8Array(BigInt64Array.from(data, BigInt).buffer),
      dims,
      data.length,
    );
  }

  /**
   * A constant whose bytes are in a file next to the graph, row-major and little-endian.
   *
   * @throws GraphError GRAPH_INVALID when the name is taken or the location is not a plain file name
   */
  external(name: string, type: OnnxType, dims: readonly number[], data: ExternalData): Value {
    if (data.location === '' || data.location === '..' || /[\\/]/.test(data.location)) {
      throw invalid(`external data must be next to the graph, not in "${data.location}"`);
    }
    const entries = { location: data.location, offset: String(data.offset), length: String(data.byteLength) };
    const tensor = create(TensorProtoSchema, {
      name,
      dataType: dataTypes[type],
      dims: dims.map(BigInt),
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      ),
    });
    const value = this.#define(name, type);
    this.#initializers.set(name, tensor);
    return value;
  }

  /**
   * A constant with its bytes in the graph itself, row-major and little-endian.
   *
   * @throws GraphError GRAPH_INVALID if the name is taken
   */
  embedded(name: string, type: OnnxType, dims: readonly number[], bytes: Uint8Array<ArrayBuffer>): Value {
    const value = this.#define(name, type);
    const tensor = { name, dataType: dataTypes[type], dims: dims.map(BigInt), rawData: bytes };
    this.#initializers.set(name, create(TensorProtoSchema, tensor));
    return value;
  }

  /**
   * Adds a node with one output.
   *
   * @param inputs null omits an optional input
   * @throws GraphError GRAPH_INVALID when an input is not a value of this graph
   */
  node(opType: string, inputs: readonly (Value | null)[], type: OnnxType, options: NodeOptions = {}): Value {
    return this.nodes(opType, inputs, [type], options)[0]!;
  }

  /** Adds a node with several outputs, of the given types. See {@link node}. */
  nodes(
    opType: string,
    inputs: readonly (Value | null)[],
    types: readonly OnnxType[],
    options: NodeOptions = {},
  ): Value[] {
    const name = this.#numbered(options.path === undefined ? opType : `${options.path}/${opType}`);
    for (const input of inputs) {
      if (input !== null && this.#values.get(input.name) !== input) {
        throw invalid(`node "${name}" takes "${input.name}", which is not a value of this graph`);
      }
    }
    const outputs = types.map((type, i) =>
      this.#define(types.length === 1 ? `${name}:0` : `${name}:${i}`, type),
    );
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        domain: options.domain ?? '',
        input: inputs.map((input) => input?.name ?? ''),
        output: outputs.map((output) => output.name),
        attribute: Object.entries(options.attributes ?? {}).map(([key, value]) => attributeProto(key, value)),
      }),
    );
    return outputs;
  }

  /**
   * The graph as an ONNX file.
   *
   * @param name the graph's name, for people
   * @throws GraphError GRAPH_INVALID when the graph has no output
   */
  serialize(name: string): Uint8Array {
    if (this.outputs.length === 0) throw invalid(`graph "${name}" has no output`);
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'pnp-mix-studio',
      opsetImport: opsets,
      graph: {
        name,
        node: this.#nodes,
        initializer: [...this.#initializers.values()],
        input: this.inputs.map(valueInfo),
        output: this.outputs.map(valueInfo),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #constant(type: OnnxType, bytes: Uint8Array<ArrayBuffer>, dims: readonly number[], count: number): Value {
    const expected = dims.reduce((product, size) => product * size, 1);
    if (expected !== count)
      throw invalid(`a constant of dims [${dims}] takes ${expected} elements, not ${count}`);
    const key = `${type} ${dims} ${Buffer.from(bytes.buffer).toString('base64')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#numbered(`constant/${type}`);
    const value = this.#define(name, type);
    this.#initializers.set(
      name,
      create(TensorProtoSchema, { name, dataType: dataTypes[type], dims: dims.map(BigInt), rawData: bytes }),
    );
    this.#constants.set(key, value);
    return value;
  }

  #define(name: string, type: OnnxType): Value {
    if (name === '') throw invalid('a value needs a name');
    if (this.#values.has(name)) throw invalid(`the name "${name}" is taken`);
    const value: Value = { name, type };
    this.#values.set(name, value);
    return value;
  }

  #numbered(name: string): string {
    const count = this.#numbering.get(name) ?? 0;
    this.#numbering.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw invalid(`attribute "${name}" is ${value}; wrap floats as { float }`);
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function valueInfo(port: GraphPort): ValueInfoProto {
  const dim = port.dims.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return create(ValueInfoProtoSchema, {
    name: port.name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[port.type], shape: { dim } } } },
  });
}

function invalid(detail: string): GraphError {
  return new GraphError('GRAPH_INVALID', `Graph under construction: ${detail}.`);
}
