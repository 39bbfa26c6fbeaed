// How a value may be stored, as far as the selection tells layouts apart, and when a reader needs a copy.
#pragma once

#include <compare>

#include "kernels/placement.h"

namespace rt3d::runtime {

// A larger halo is not another form: storage gets the largest that any reader asks for.
struct Form {
  kernels::Space space = kernels::Space::host;
  int block = 1;             // channels per block; 1: planar
  bool dense = true;         // planar: row-major without gaps, else within a frame; false of blocks
  DType dtype = DType::f32;  // of the elements in memory

  auto operator<=>(const Form&) const = default;  // NOLINT(modernize-use-nullptr): there is no 0 here
};

Form form_of(const kernels::Port& port);
Form plain_form(const TensorDesc& desc);  // row-major in the host's memory, as users see a tensor
kernels::Port port_of(Form form);         // with the least halo of the form

// Who wrote a value. Storage that is seen as something else, too (an input of the graph, a reshaped tensor), cannot have a halo.
struct Written {
  Form form;
  bool rigid = false;
};

// Whether who wants a form reads a copy, made by a step of its own.
bool needs_copy(Written written, Form wanted);

}  // namespace rt3d::runtime
