// Target: an ONNX model in memory → graph, its text, session, one run.
#include "base/checksum.h"
#include "graph/model.h"
#include "harness.h"
#include "model_run.h"
#include "wire_mutator.h"

namespace rt3d::fuzz {

void fuzz_one(std::span<const std::byte> input) {
  const graph::Graph model = graph::parse_onnx(input);
  graph::to_text(model);
  run_model(model, checksum64(text_of(input)));
}

}  // namespace rt3d::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return rt3d::fuzz::mutate_wire(data, size, most, seed, rt3d::fuzz::Kind::model);
}
