// Written by "npm run generate". DO NOT EDIT.

/** A contract that is served, as reflection tells of it. */
export interface Contract {
  readonly file: string;
  readonly services: readonly string[];
  /** Everything that has a name: messages, enums, services, methods. */
  readonly symbols: readonly string[];
  /** A google.protobuf.FileDescriptorProto in base64. */
  readonly descriptor: string;
}

/** The arena's contract and grpc.health.v1. */
export const contracts: readonly Contract[] = [
  {
    "file": "model.proto",
    "services": [
      "Model"
    ],
    "symbols": [
      "modelRequest",
      "modelAnswer",
      "modelDefinition",
      "metricsJson",
      "Empty",
      "Model",
      "Model.predict",
      "Model.sendPrediction",
      "Model.publishMetrics",
      "Model.registerModel"
    ],
    "descriptor": "Cgttb2RlbC5wcm90byJ+Cgxtb2RlbFJlcXVlc3QSGAoHcmVxdWVzdBgBIAEoCVIHcmVxdWVzdBIYCgdtb2RlbElEGAIgASgJUgdtb2RlbElEEhwKCXNlc3Npb25JRBgDIAEoCVIJc2Vzc2lvbklEEhwKCW1lc3NhZ2VJRBgEIAEoCVIJbWVzc2FnZUlEImEKC21vZGVsQW5zd2VyEhYKBmFuc3dlchgBIAEoCVIGYW5zd2VyEhwKCXNlc3Npb25JRBgCIAEoCVIJc2Vzc2lvbklEEhwKCW1lc3NhZ2VJRBgDIAEoCVIJbWVzc2FnZUlEIqMBCg9tb2RlbERlZmluaXRpb24SHQoKbmVlZHNfdGV4dBgBIAEoCFIJbmVlZHNUZXh0Eh8KC25lZWRzX2ltYWdlGAIgASgIUgpuZWVkc0ltYWdlEhkKCGNhbl90ZXh0GAMgASgIUgdjYW5UZXh0EhsKCWNhbl9pbWFnZRgEIAEoCFIIY2FuSW1hZ2USGAoHbW9kZWxJRBgFIAEoCVIHbW9kZWxJRCJBCgttZXRyaWNzSnNvbhIYCgdtZXRyaWNzGAEgASgJUgdtZXRyaWNzEhgKB21vZGVsSUQYAiABKAlSB21vZGVsSUQiBwoFRW1wdHkypgEKBU1vZGVsEiAKB3ByZWRpY3QSDS5tb2RlbFJlcXVlc3QaBi5FbXB0eRIoCg5zZW5kUHJlZGljdGlvbhIGLkVtcHR5GgwubW9kZWxBbnN3ZXIwARImCg5wdWJsaXNoTWV0cmljcxIMLm1ldHJpY3NKc29uGgYuRW1wdHkSKQoNcmVnaXN0ZXJNb2RlbBIGLkVtcHR5GhAubW9kZWxEZWZpbml0aW9uYgZwcm90bzM="
  },
  {
    "file": "health/v1/health.proto",
    "services": [
      "grpc.health.v1.Health"
    ],
    "symbols": [
      "grpc.health.v1.HealthListRequest",
      "grpc.health.v1.HealthListResponse",
      "grpc.health.v1.HealthListResponse.StatusesEntry",
      "grpc.health.v1.HealthCheckRequest",
      "grpc.health.v1.HealthCheckResponse",
      "grpc.health.v1.HealthCheckResponse.ServingStatus",
      "grpc.health.v1.Health",
      "grpc.health.v1.Health.Check",
      "grpc.health.v1.Health.Watch",
      "grpc.health.v1.Health.List"
    ],
    "descriptor": "ChZoZWFsdGgvdjEvaGVhbHRoLnByb3RvEg5ncnBjLmhlYWx0aC52MSITChFIZWFsdGhMaXN0UmVxdWVzdCLEAQoSSGVhbHRoTGlzdFJlc3BvbnNlEkwKCHN0YXR1c2VzGAEgAygLMjAuZ3JwYy5oZWFsdGgudjEuSGVhbHRoTGlzdFJlc3BvbnNlLlN0YXR1c2VzRW50cnlSCHN0YXR1c2VzGmAKDVN0YXR1c2VzRW50cnkSEAoDa2V5GAEgASgJUgNrZXkSOQoFdmFsdWUYAiABKAsyIy5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1Jlc3BvbnNlUgV2YWx1ZToCOAEiLgoSSGVhbHRoQ2hlY2tSZXF1ZXN0EhgKB3NlcnZpY2UYASABKAlSB3NlcnZpY2UisQEKE0hlYWx0aENoZWNrUmVzcG9uc2USSQoGc3RhdHVzGAEgASgOMjEuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tSZXNwb25zZS5TZXJ2aW5nU3RhdHVzUgZzdGF0dXMiTwoNU2VydmluZ1N0YXR1cxILCgdVTktOT1dOEAASCwoHU0VSVklORxABEg8KC05PVF9TRVJWSU5HEAISEwoPU0VSVklDRV9VTktOT1dOEAMy/QEKBkhlYWx0aBJQCgVDaGVjaxIiLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVxdWVzdBojLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVzcG9uc2USUgoFV2F0Y2gSIi5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1JlcXVlc3QaIy5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1Jlc3BvbnNlMAESTQoETGlzdBIhLmdycGMuaGVhbHRoLnYxLkhlYWx0aExpc3RSZXF1ZXN0GiIuZ3JwYy5oZWFsdGgudjEuSGVhbHRoTGlzdFJlc3BvbnNlQmEKEWlvLmdycGMuaGVhbHRoLnYxQgtIZWFsdGhQcm90b1ABWixnb29nbGUuZ29sYW5nLm9yZy9ncnBjL2hlYWx0aC9ncnBjX2hlYWx0aF92MaoCDkdycGMuSGVhbHRoLlYxYgZwcm90bzM="
  }
];
