# Third-party packages of the library, each behind one target, all from the distribution (scripts/setup installs them).
# Those of the commands alone are found in src/cli, that of the tests in tests.
find_package(Threads REQUIRED)

# rt3d_header_library(<name> <library> <header>): a package without CMake files as rt3d::<name>.
function(rt3d_header_library name library header)
  string(TOUPPER ${name} upper)
  find_library(${upper}_LIBRARY ${library} REQUIRED)
  find_path(${upper}_INCLUDE ${header} REQUIRED)
  add_library(rt3d_${name} INTERFACE)
  target_include_directories(rt3d_${name} SYSTEM INTERFACE ${${upper}_INCLUDE})
  target_link_libraries(rt3d_${name} INTERFACE ${${upper}_LIBRARY} Threads::Threads)
  add_library(rt3d::${name} ALIAS rt3d_${name})
endfunction()
rt3d_header_library(asmjit asmjit asmjit/core.h)

# rt3d_headers(<name> <header>): a package of headers alone as rt3d::<name>.
function(rt3d_headers name header)
  string(TOUPPER ${name} upper)
  find_path(${upper}_HEADERS ${header} REQUIRED)
  add_library(rt3d_${name} INTERFACE)
  target_include_directories(rt3d_${name} SYSTEM INTERFACE ${${upper}_HEADERS})
  add_library(rt3d::${name} ALIAS rt3d_${name})
endfunction()

if(RT3D_STATIC_KIT)  # Debian has neither spdlog nor fmt as an archive
  rt3d_headers(spdlog spdlog/spdlog.h)
  target_compile_definitions(rt3d_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
  target_link_libraries(rt3d_spdlog INTERFACE Threads::Threads)
else()
  find_package(spdlog REQUIRED)
  add_library(rt3d::spdlog ALIAS spdlog::spdlog)
endif()

find_package(SQLite3 REQUIRED)
add_library(rt3d::sqlite ALIAS SQLite::SQLite3)

find_package(Protobuf REQUIRED)
add_library(rt3d::protobuf ALIAS protobuf::libprotobuf-lite)

if(RT3D_BUILD_COMMANDS)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libswscale libavutil)
  add_library(rt3d::ffmpeg ALIAS PkgConfig::FFMPEG)
endif()

# OpenCL's library is opened at run time, where there is one: only its headers are needed, and without them the backend is left out.
option(RT3D_OPENCL "Build the OpenCL backend (needs the headers CL/cl.h)" ON)
find_path(OPENCL_HEADERS CL/cl.h)
if(RT3D_OPENCL AND OPENCL_HEADERS)
  add_library(rt3d_opencl_headers INTERFACE)
  target_include_directories(rt3d_opencl_headers SYSTEM INTERFACE ${OPENCL_HEADERS})
  add_library(rt3d::opencl_headers ALIAS rt3d_opencl_headers)
else()
  message(STATUS "OpenCL's headers are not there: librt3d is built without its OpenCL backend")
endif()
