// What a model costs before it runs, counted.
#pragma once

#include <cstring>
#include <functional>
#include <string>

#include "base/error.h"
#include "graph/model.h"

namespace rt3d::graph {

inline constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

// Gives zeros, and counts their bytes.
struct CountingEvaluator {
  std::int64_t bytes = 0;
  int nodes = 0;

  Evaluator evaluator() {
    return [this](const Node&, std::span<const Tensor* const>, std::span<const TensorDesc> outputs) {
      std::vector<Tensor> results;
      ++nodes;
      for (const TensorDesc& desc : outputs) {
        results.push_back(Tensor::allocate(desc));
        std::memset(results.back().mutable_data(), 0, results.back().byte_count());
        bytes += static_cast<std::int64_t>(results.back().byte_count());
      }
      return results;
    };
  }
};

inline std::int64_t constant_bytes(const Graph& graph) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (const Tensor* constant = graph.constant(static_cast<ValueId>(i)))
      bytes += static_cast<std::int64_t>(constant->byte_count());
  return bytes;
}

inline std::string chain(const std::string& op, int count, const std::string& from, const std::string& to) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += cat(i + 1 == count ? to : cat(from, i + 1), " = ", op, "(", i == 0 ? from : cat(from, i), ")\n");
  return text;
}

inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline bool says(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace rt3d::graph
