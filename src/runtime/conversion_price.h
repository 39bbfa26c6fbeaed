// What it costs to read a value in another layout than it was written in: the price of the reorder step that layout assignment
// (layout.h) would insert.
#pragma once

#include "base/tensor.h"
#include "kernels/family.h"

namespace rt3d::runtime {

// How a value's storage may be read or written, as far as conversions tell layouts apart. A larger halo is not another layout:
// storage gets the largest that any reader asks for.
enum class Form : int {
  planar_halo = 0,  // planar within a frame
  planar = 1,       // row-major without gaps
                    // any other number: channels per block
};

Form form_of(const kernels::Port& port);

// Who wrote a value. Storage that is seen as something else, too (an input of the graph, a reshaped tensor), cannot have a halo.
struct Written {
  Form form = Form::planar;
  bool rigid = false;
};

// Time of the conversion from what was written to what is wanted; 0 when none is needed, infinite when there is none.
double conversion_ns(const TensorDesc& desc, Written written, Form wanted, const kernels::Target& target);

}  // namespace rt3d::runtime
