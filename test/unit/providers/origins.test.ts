import { describe, expect, test } from 'vitest';

import { readBases } from '../../../electron/providers/origins.js';

describe('API bases', () => {
  test('are the vendors’ own unless set', () => {
    expect(readBases({ COST_TRAY_PHALA_URL: '' })).toEqual({
      phala: 'https://cloud-api.phala.com/api/v1',
      clickhouse: 'https://api.clickhouse.cloud/v1',
    });
  });

  test.each([
    ['https://phala.example/api/v1', 'https://phala.example/api/v1'],
    ['https://phala.example:8443/api/v1/', 'https://phala.example:8443/api/v1'],
    ['http://127.0.0.1:4010/api/v1//', 'http://127.0.0.1:4010/api/v1'],
    ['http://127.8.9.10/v1', 'http://127.8.9.10/v1'],
    ['http://[::1]:4010/v1', 'http://[::1]:4010/v1'],
    ['http://localhost:4010/v1', 'http://localhost:4010/v1'],
    [' HTTPS://Phala.Example/v1 ', 'https://phala.example/v1'],
  ])('%s is taken', (text, base) => {
    expect(readBases({ COST_TRAY_PHALA_URL: text }).phala).toBe(base);
  });

  test.each([
    'http://phala.example/v1',
    'http://localhost.example/v1',
    'http://127.0.0.1.example/v1',
    'http://10.0.0.1/v1',
    'http://[::2]/v1',
    'https://user:secret@phala.example/v1',
    'https://@phala.example/v1',
    'https://phala.example/v1?x=1',
    'https://phala.example/v1?',
    'https://phala.example/v1#x',
    'ftp://127.0.0.1/v1',
    'file:///etc/passwd',
    'phala.example/v1',
    'nonsense',
  ])('%s is refused', (text) => {
    const read = () => readBases({ COST_TRAY_CLICKHOUSE_URL: text });
    expect(read).toThrow(/^COST_TRAY_CLICKHOUSE_URL must be an https address.*unset it\.$/);
    expect(read).not.toThrow(/secret/);
  });
});
