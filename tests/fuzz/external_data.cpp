// Target: an ONNX file with external data. The input is a pair in protobuf's wire format: 1 the model file, 2 its data file. Beside
// the model's folder lies a file that no model may read: its bytes, drawn anew by each process, must not turn up in a graph.
#include <algorithm>
#include <random>

#include "base/checksum.h"
#include "graph/model.h"
#include "harness.h"
#include "model_run.h"
#include "wire_mutator.h"

namespace rt3d::fuzz {
namespace {

namespace fs = std::filesystem;

const std::string& secret() {
  static const std::string bytes = [] {
    std::random_device device;
    std::string out;
    for (int i = 0; i < 4096; ++i) out += static_cast<char>(device());
    return out;
  }();
  return bytes;
}

// Whether the constant begins with 16 bytes that stand anywhere in the secret.
bool holds_secret(const Tensor& constant) {
  const Tensor plain = constant.unscaled();
  if (plain.byte_count() < 16) return false;
  const std::string_view head = text_of(plain.bytes().first(16));
  return std::search(secret().begin(), secret().end(), head.begin(), head.end()) != secret().end();
}

}  // namespace

void fuzz_one(std::span<const std::byte> input) {
  Message pair;
  if (!parse_wire(text_of(input), Kind::pair, pair)) return;
  std::string files[2];
  for (const Field& field : pair.fields)
    if (field.number == 1 || field.number == 2) files[field.number - 1] = contents(field);
  const fs::path& outside = empty_folder();
  const fs::path folder = outside / "folder";
  fs::create_directory(folder);
  write_file(outside / "secret.data", secret());
  write_file(folder / "model.onnx", files[0]);
  write_file(folder / "model.onnx.data", files[1]);
  const graph::Graph model = graph::load_onnx(folder / "model.onnx");
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    const Tensor* constant = model.constant(static_cast<graph::ValueId>(i));
    expect(!constant || !holds_secret(*constant), "a model read a file outside its folder");
  }
  run_model(model, checksum64(text_of(input)));
}

}  // namespace rt3d::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return rt3d::fuzz::mutate_wire(data, size, most, seed, rt3d::fuzz::Kind::pair);
}
