/**
 * A model of the shape of MiniLM, small enough to make in a test: input_ids -> Gather(table) -> last_hidden_state.
 * ONNX is protobuf; the few messages it takes are encoded by hand (field numbers from onnx.proto, IR version 8, opset 13).
 */
const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET_VERSION = 13;

/** The table's rows are the tokens' vectors, all of `dimensions` length. */
export function tinyOnnx(table: readonly (readonly number[])[], dimensions: number): Uint8Array {
  const values = Float32Array.from(table.flat());
  const weights = message(
    number(1, table.length),
    number(1, dimensions),
    number(2, FLOAT),
    text(8, 'table'),
    bytes(9, new Uint8Array(values.buffer)),
  );
  const gather = message(text(1, 'table'), text(1, 'input_ids'), text(2, 'last_hidden_state'), text(4, 'Gather'));
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'];
  const graph = message(
    bytes(1, gather),
    text(2, 'tiny'),
    bytes(5, weights),
    ...inputs.map((name) => bytes(11, tensorInfo(name, INT64, ['batch', 'sequence']))),
    bytes(12, tensorInfo('last_hidden_state', FLOAT, ['batch', 'sequence', dimensions])),
  );
  return message(number(1, IR_VERSION), bytes(7, graph), bytes(8, message(text(1, ''), number(2, OPSET_VERSION))));
}

function tensorInfo(name: string, elementType: number, shape: readonly (string | number)[]): Uint8Array {
  const dims = shape.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : text(2, dim)));
  const tensor = message(number(1, elementType), bytes(2, message(...dims)));
  return message(text(1, name), bytes(2, bytes(1, tensor)));
}

function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

const VARINT_WIRE_TYPE = 0;
const LENGTH_WIRE_TYPE = 2;

function number(field: number, value: number): Uint8Array {
  return message(varint((field << 3) | VARINT_WIRE_TYPE), varint(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return message(varint((field << 3) | LENGTH_WIRE_TYPE), varint(value.length), value);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value));
}

/** Seven bits a byte, lowest first, the high bit set on all but the last. */
function varint(value: number): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) groups.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...groups, rest]);
}
