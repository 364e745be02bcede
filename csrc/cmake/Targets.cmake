# What all binaries of the project share.

include(Sanitize)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Where the libraries of other packages lie, seen from a binary `depth` folders below the package `tumble`. Binaries that
# stay in the source tree also need the absolute places.
function(tumble_binary target depth folder)
  set(up "$ORIGIN")
  foreach(level RANGE ${depth})
    string(APPEND up "/..")
  endforeach()
  set(rpath "${up}/torch/lib" "${up}/vesin/lib" "${up}/tumble/lib")
  set_target_properties(
    ${target}
    PROPERTIES INSTALL_RPATH "${rpath}"
               # where torch was at the build, for environments on top of another one's packages
               INSTALL_RPATH_USE_LINK_PATH ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<BOOL:${TUMBLE_WERROR}>:-Werror>)
  sanitize(${target})
  if(TUMBLE_IN_SOURCE)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_SOURCE_DIR}/python/tumble${folder})
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION tumble${folder})
endfunction()
