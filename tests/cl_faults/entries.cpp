// The functions that the library exports, made of the table in functions.h: the parameters' types are those of OpenCL's header.
#include <type_traits>

#include "behaviours.h"
#include "calls.h"

namespace rt3d::cl_faults {
namespace {

// A function that gives an object tells the error by its last argument, if that is for it.
template <typename Result, typename... Parameters>
Result fail(cl_int error, Parameters... arguments) {
  if constexpr (std::is_same_v<Result, cl_int>) {
    return error;
  } else {
    const auto last = std::get<sizeof...(Parameters) - 1>(std::tuple(arguments...));
    if constexpr (std::is_same_v<decltype(last), cl_int* const>)
      if (last) *last = error;
    return nullptr;
  }
}

template <typename Result, typename... Parameters, typename Behaviour>
Result answer(Function function, Result (*real)(Parameters...), const Behaviour& behaviour,
              std::type_identity_t<Parameters>... arguments) {
  const Begun begun = begin_call(function);
  Result result;
  if (begun.error != CL_SUCCESS)
    result = fail<Result>(begun.error, arguments...);
  else if (!real && function != Function::clGetPlatformIDs)
    result = fail<Result>(CL_INVALID_OPERATION, arguments...);
  else
    result = behaviour(*begun.faults, real, arguments...);
  if (function == Function::clFinish || function == Function::clReleaseContext) write_counts();
  return result;
}

}  // namespace
}  // namespace rt3d::cl_faults

#define PARAMETER(f, i) rt3d::cl_faults::Signature<decltype(f)>::Parameter<i> a##i
#define PARAMETERS_1(f) PARAMETER(f, 0)
#define PARAMETERS_2(f) PARAMETERS_1(f), PARAMETER(f, 1)
#define PARAMETERS_3(f) PARAMETERS_2(f), PARAMETER(f, 2)
#define PARAMETERS_4(f) PARAMETERS_3(f), PARAMETER(f, 3)
#define PARAMETERS_5(f) PARAMETERS_4(f), PARAMETER(f, 4)
#define PARAMETERS_6(f) PARAMETERS_5(f), PARAMETER(f, 5)
#define PARAMETERS_7(f) PARAMETERS_6(f), PARAMETER(f, 6)
#define PARAMETERS_8(f) PARAMETERS_7(f), PARAMETER(f, 7)
#define PARAMETERS_9(f) PARAMETERS_8(f), PARAMETER(f, 8)
#define PARAMETERS_10(f) PARAMETERS_9(f), PARAMETER(f, 9)
#define ARGUMENTS_1 a0
#define ARGUMENTS_2 ARGUMENTS_1, a1
#define ARGUMENTS_3 ARGUMENTS_2, a2
#define ARGUMENTS_4 ARGUMENTS_3, a3
#define ARGUMENTS_5 ARGUMENTS_4, a4
#define ARGUMENTS_6 ARGUMENTS_5, a5
#define ARGUMENTS_7 ARGUMENTS_6, a6
#define ARGUMENTS_8 ARGUMENTS_7, a7
#define ARGUMENTS_9 ARGUMENTS_8, a8
#define ARGUMENTS_10 ARGUMENTS_9, a9

#define ENTRY(f, parameters, behaviour)                                                              \
  rt3d::cl_faults::Signature<decltype(f)>::Result f(PARAMETERS_##parameters(f)) {                    \
    using namespace rt3d::cl_faults;                                                                 \
    return answer(Function::f, RT3D_CL_REAL(f), rt3d::cl_faults::behaviour, ARGUMENTS_##parameters); \
  }
extern "C" {
RT3D_CL_FUNCTIONS(ENTRY)
}
