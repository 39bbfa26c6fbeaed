// A small matrix in double precision: one step of a transform.
#pragma once

#include <cstddef>
#include <vector>

namespace rt3d::kernels {

struct LinearMap {
  int outputs = 0, inputs = 0;
  std::vector<double> m;  // row-major

  double& at(int output, int input) { return m[place(output, input)]; }
  double at(int output, int input) const { return m[place(output, input)]; }

 private:
  std::size_t place(int output, int input) const {
    return static_cast<std::size_t>(output) * static_cast<std::size_t>(inputs) +
           static_cast<std::size_t>(input);
  }
};

}  // namespace rt3d::kernels
