// Networks beside the runtime.
#pragma once

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "graph/graph.h"
#include "kernels/family.h"
#include "pruner/network.h"

// libtorch's headers bring a CHECK of their own (glog's), which ends the program.
#undef CHECK
#define CHECK(...) DOCTEST_CHECK(__VA_ARGS__)

namespace rt3d::tests {

// A shape for every input of the model: two where it is free.
std::map<std::string, Shape> fixed_shapes(const graph::Graph& model);

// Uniform numbers from -1 to 1 for every input, of `batch` clips, or as many as the graph says.
std::vector<at::Tensor> random_inputs(const graph::Graph& specialized, std::uint64_t seed,
                                      std::int64_t batch = 0);

// The same of any shape.
at::Tensor random_tensor(const std::vector<std::int64_t>& sizes, std::uint64_t seed);

void set_values(pruner::Parameter& parameter, const at::Tensor& values);

// What a session of the model gives.
std::vector<at::Tensor> session_outputs(const graph::Graph& model, const std::map<std::string, Shape>& shapes,
                                        const std::vector<at::Tensor>& inputs,
                                        kernels::Accuracy accuracy = kernels::Accuracy::exact);

// What each convolution gives, by its name: [channels, all the rest].
std::map<std::string, at::Tensor> convolution_outputs(pruner::Network& network, const at::Tensor& input);

// The largest difference, relative to each output's largest value; huge where shapes differ or something is not finite.
double difference(const std::vector<at::Tensor>& got, const std::vector<at::Tensor>& expected);

}  // namespace rt3d::tests
