import { describe, expect, test } from 'vitest';

import { namesToKeep } from '../../../electron/providers/known-names.js';
import { phalaAdapter } from '../../../electron/providers/phala/adapter.js';
import { answer, contextFor } from './context.js';
import type { Vendor } from './context.js';

const VM = '11111111-2222-4333-8444-555555555555';
const INSTANCE = 'b'.repeat(40);

describe('headers', () => {
  test('bear the key and the version that the shapes belong to', () => {
    expect(phalaAdapter.headers({ provider: 'phala', apiKey: 'phak_x' })).toEqual({
      'X-API-Key': 'phak_x',
      'X-Phala-Version': '2026-01-21',
    });
  });

  test('an unusual prefix is worth a word, not a refusal', () => {
    expect(phalaAdapter.keyWarning?.({ provider: 'phala', apiKey: 'phak_x' })).toBeNull();
    expect(phalaAdapter.keyWarning?.({ provider: 'phala', apiKey: 'x' })).toContain('phak_');
  });
});

describe('identify', () => {
  const workspace = { id: 'wks_1', name: 'Acme', slug: 'acme', tier: 'PRO', role: 'owner' };
  test.each([
    [
      'the present shape',
      {
        user: { username: 'ann' },
        workspace,
        credits: { balance: '12.5', granted_balance: 3, is_post_paid: false },
      },
      { id: 'wks_1', name: 'Acme', creditLeft: 15_500_000_000n },
    ],
    [
      'a number as id',
      { workspace: { id: 7, name: null }, user: { username: 'ann' } },
      { id: '7', name: 'ann', creditLeft: null },
    ],
    ['no id but a slug', { workspace: { slug: 'acme' } }, { id: 'workspace:acme', name: null }],
    [
      'paying afterwards',
      { workspace, credits: { balance: 0, granted_balance: 0, is_post_paid: true } },
      { creditLeft: null },
    ],
    ['credit that is no money', { workspace, credits: { balance: 'lots' } }, { creditLeft: null }],
    [
      'the flat shape',
      { username: 'ann', email: 'a@b.c', credits: 5, granted_credits: '1.25', team_name: 'Acme' },
      { id: 'team:Acme', name: 'Acme', creditLeft: 6_250_000_000n },
    ],
    [
      'flat, no team',
      { username: 'ann', credits: '5' },
      { id: 'user:ann', name: 'ann', creditLeft: 5_000_000_000n },
    ],
  ])('%s', async (_, body, expected) => {
    expect(await phalaAdapter.identify(contextFor(() => answer(body)))).toMatchObject(expected);
  });

  const flat = { username: 'ann', credits: 5, team_name: 'Acme' };
  const idOf = async (body: object, memo: Record<string, unknown> = {}): Promise<string> =>
    (await phalaAdapter.identify(contextFor(() => answer(body), memo))).id;

  test('says by which names a workspace would go without its id', async () => {
    const names = async (body: object) =>
      (await phalaAdapter.identify(contextFor(() => answer(body)))).idsByName;
    const user = { username: 'ann' };
    expect(await names({ workspace, user })).toEqual(['workspace:acme', 'team:Acme', 'team:acme']);
    expect(await names({ workspace: { id: 'wks_1', name: 'ann' }, user })).toEqual(['team:ann', 'user:ann']);
    expect(await names({ workspace: { id: 'wks_1', name: null }, user })).toEqual([]);
    expect(await names(flat)).toEqual([]);
  });

  test('knows a workspace by the names that were kept, where an answer lacks its id', async () => {
    expect(await idOf(flat, {})).toBe('team:Acme');
    const seen = await phalaAdapter.identify(contextFor(() => answer({ workspace })));
    const kept = JSON.parse(JSON.stringify(namesToKeep(seen))) as Record<string, unknown>;
    expect(await idOf(flat, kept)).toBe('wks_1');
    expect(await idOf({ workspace: { slug: 'acme' } }, kept)).toBe('wks_1');
    expect(await idOf({ ...flat, team_name: 'Other' }, kept)).toBe('team:Other');
    expect(await idOf({ ...flat, team_name: null }, kept)).toBe('user:ann');
    expect(await idOf({ workspace: { ...workspace, id: 'wks_2' } }, kept)).toBe('wks_2');
    expect(await idOf(flat, { account: 'broken' })).toBe('team:Acme');
  });

  test.each([[{}], [[]], ['text'], [null]])('%j names no account', async (body) => {
    const identify = phalaAdapter.identify(contextFor(() => answer(JSON.stringify(body))));
    await expect(identify).rejects.toMatchObject({ kind: 'format' });
  });
});

describe('list', () => {
  const account = {
    id: 'w',
    name: null,
    createdDay: null,
    billingAnchor: null,
    creditLeft: null,
    warning: null,
  };
  const app = (id: string, more: object = {}) => ({
    id: `prj_${id}`,
    app_id: id,
    name: id,
    created_at: '2026-05-04T23:59:59.999999+00:00',
    cvms: [],
    cvm_count: 0,
    current_cvm: null,
    ...more,
  });
  const lists = (
    apps: (page: number) => object,
    cvms: (page: number) => ReturnType<typeof answer>,
  ): Vendor => {
    return (path, query) => (path === '/apps' ? answer(apps(Number(query.page))) : cvms(Number(query.page)));
  };
  const noCvms = () => answer({ items: [], total: 0, page: 1, page_size: 100, pages: 0 });
  const one =
    (...apps: unknown[]) =>
    () => ({ dstack_apps: apps, page: 1, page_size: 100, total: apps.length, total_pages: 1 });

  test('joins apps and CVMs', async () => {
    const cvm = {
      id: 'cvm_1',
      app_id: 'x',
      name: 'x-1',
      vm_uuid: VM,
      instance_id: INSTANCE,
      status: 'running',
      deleted_at: null,
    };
    const context = contextFor(
      lists(
        one(
          app('x'),
          app('idle', { name: null, profile: { display_name: 'Idle' } }),
          app('', { app_id: null }),
          { app_id: 'bare', id: null, cvms: null },
        ),
        () =>
          answer({
            items: [
              cvm,
              { ...cvm, id: 'cvm_2', vm_uuid: 'V2', instance_id: null, status: 'Stopped' },
              { ...cvm, id: 'cvm_3', vm_uuid: null, instance_id: null, deleted_at: '2026-11-01T00:00:00Z' },
              {},
              'junk',
            ],
            total: 5,
            pages: 1,
          }),
      ),
    );
    expect(await phalaAdapter.list(context, account)).toEqual({
      scopes: [
        { key: 'x', name: 'x', createdDay: '2026-05-04', dormant: false },
        { key: 'idle', name: 'Idle', createdDay: '2026-05-04', dormant: true },
        { key: 'bare', name: null, createdDay: null, dormant: false },
      ],
      resources: [
        { ids: [VM, INSTANCE, 'cvm_1'], name: 'x-1', kind: 'CVM', stopped: false },
        { ids: ['V2', 'cvm_2'], name: 'x-1', kind: 'CVM', stopped: true },
        { ids: ['cvm_3'], name: 'x-1', kind: 'CVM', stopped: true },
      ],
    });
    expect(context.asked).toHaveLength(2);
    expect(context.asked[0]?.query).toEqual({ page: '1', page_size: '100' });
  });

  describe('an id of CVMs', () => {
    const cvm = (changes: object) => ({ app_id: 'x', name: 'x-1', status: 'running', ...changes });
    const idsOf = async (own: readonly object[], items: readonly object[]) => {
      const apps = one(app('x', { cvms: own, cvm_count: own.length }));
      const context = contextFor(lists(apps, () => answer({ items, total: items.length, pages: 1 })));
      return (await phalaAdapter.list(context, account)).resources.map(({ ids }) => ids);
    };
    const first = cvm({ vm_uuid: VM, instance_id: INSTANCE, id: 'cvm_1' });
    const second = cvm({ vm_uuid: 'V2', instance_id: INSTANCE, id: 'cvm_2' });

    test.each<[string, readonly object[], readonly object[], string[][]]>([
      [
        'which two of them share stands for neither',
        [],
        [first, second],
        [
          [VM, 'cvm_1'],
          ['V2', 'cvm_2'],
        ],
      ],
      [
        'which three of them share, in whichever list',
        [first, cvm({ vm_uuid: 'V3', instance_id: INSTANCE, id: 'cvm_1' })],
        [second],
        [[VM], ['V3'], ['V2', 'cvm_2']],
      ],
      [
        'which is another’s first is the other’s',
        [],
        [first, cvm({ vm_uuid: 'V2', instance_id: VM })],
        [[VM, INSTANCE, 'cvm_1'], ['V2']],
      ],
      ['which one bears that is listed twice', [first], [first], [[VM, INSTANCE, 'cvm_1']]],
      [
        'which one bears that is listed with fewer ids',
        [cvm({ instance_id: INSTANCE, id: 'cvm_1' })],
        [first],
        [
          [INSTANCE, 'cvm_1'],
          [VM, INSTANCE, 'cvm_1'],
        ],
      ],
      [
        'which two of them share, one of them listed with fewer ids',
        [cvm({ instance_id: INSTANCE })],
        [first, second],
        [[INSTANCE], [VM, 'cvm_1'], ['V2', 'cvm_2']],
      ],
    ])('%s', async (_, own, items, ids) => {
      expect(await idsOf(own, items)).toEqual(ids);
    });
  });

  test.each<[string, ReturnType<typeof answer>]>([
    ...[400, 401, 402, 403, 404, 405, 410, 422, 500, 501].map(
      (status): [string, ReturnType<typeof answer>] => [`HTTP ${status}`, answer({ detail: 'no' }, status)],
    ),
    ['a list', answer([])],
    ['nothing', answer('')],
  ])('CVMs that cannot be listed (%s): those of the apps serve', async (_, refusal) => {
    const own = { vm_uuid: VM, name: 'x-1', status: 'running' };
    const context = contextFor(lists(one(app('x', { name: '', cvms: [own], cvm_count: 1 })), () => refusal));
    expect(await phalaAdapter.list(context, account)).toEqual({
      scopes: [{ key: 'x', name: 'x-1', createdDay: '2026-05-04', dormant: false }],
      resources: [{ ids: [VM], name: 'x-1', kind: 'CVM', stopped: false }],
    });
  });

  test('a list of CVMs that is to be waited for is waited for', async () => {
    const context = contextFor(lists(one(app('x')), () => answer({ detail: 'slow down' }, 429)));
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({ kind: 'rate-limited' });
  });

  const all = Array.from({ length: 45 }, (_, index) => app(`app${index}`));
  const few = (page: number) => all.slice((page - 1) * 20, page * 20);
  test.each<[string, (page: number) => object, number]>([
    ['both counts', (page) => ({ dstack_apps: few(page), total: 45, total_pages: 3 }), 3],
    ['both counts, as text', (page) => ({ dstack_apps: few(page), total: '45', total_pages: '3' }), 3],
    ['total', (page) => ({ dstack_apps: few(page), total: 45 }), 3],
    ['total_pages, which may be of other pages', (page) => ({ dstack_apps: few(page), total_pages: 3 }), 4],
    ['a page size used', (page) => ({ dstack_apps: few(page), page_size: 20 }), 4],
    ['a page size that was only asked for', (page) => ({ dstack_apps: few(page), page_size: 100 }), 4],
    ['pages of the size asked for', (page) => ({ dstack_apps: few(page), total: 45, total_pages: 1 }), 3],
    ['a total of the page', (page) => ({ dstack_apps: few(page), total: few(page).length }), 4],
    ['an empty page', (page) => ({ dstack_apps: few(page) }), 4],
    ['a total too high', (page) => ({ dstack_apps: few(page), total: 99 }), 4],
    [
      'a total too high, and the last page once more',
      (page) => ({ dstack_apps: few(Math.min(page, 3)), total: 47, total_pages: 3 }),
      4,
    ],
    ['a last page that repeats', (page) => ({ dstack_apps: few(Math.min(page, 3)) }), 4],
  ])('pages end by %s', async (_, apps, requests) => {
    const context = contextFor(lists(apps, noCvms));
    expect((await phalaAdapter.list(context, account)).scopes).toHaveLength(45);
    expect(context.asked.filter(({ path }) => path === '/apps')).toHaveLength(requests);
  });

  test.each([404, 422])('pages end by a refusal beyond them (%i)', async (status) => {
    const context = contextFor((path, query) =>
      path !== '/apps'
        ? noCvms()
        : query.page === '4'
          ? answer({ detail: 'no' }, status)
          : answer({ dstack_apps: few(Number(query.page)), total_pages: 3 }),
    );
    expect((await phalaAdapter.list(context, account)).scopes).toHaveLength(45);
  });

  test('an order that changes between pages leaves no app out', async () => {
    let readings = 0;
    const shifting = (page: number): object => {
      if (page === 1) readings += 1;
      // In the first reading the second page begins where the first one ended.
      const from = (page - 1) * 20 - (readings === 1 && page > 1 ? 1 : 0);
      return {
        dstack_apps: all.slice(from, from + 20).slice(0, page === 3 ? 5 : 20),
        total: 45,
        total_pages: 3,
      };
    };
    const context = contextFor(lists(shifting, noCvms));
    expect((await phalaAdapter.list(context, account)).scopes).toHaveLength(45);
    expect(readings).toBe(2);
  });

  /** A page of a list of 150, by 100, whose total and pages are those of the moment. */
  const pageOf = (of: readonly object[], page: number): object => ({
    dstack_apps: of.slice((page - 1) * 100, page * 100),
    total: of.length,
    total_pages: Math.ceil(of.length / 100),
  });
  const many = (count: number) => Array.from({ length: count }, (_, index) => app(`app${index}`));
  const keysOf = async (context: ReturnType<typeof contextFor>) =>
    (await phalaAdapter.list(context, account)).scopes.map(({ key }) => key).sort();
  const requestsFor = (context: ReturnType<typeof contextFor>) =>
    context.asked.filter(({ path }) => path === '/apps').length;

  test.each([
    ['from the first page', 150, 5],
    ['which leaves no second page', 101, 5],
  ])('an app deleted between two pages, %s, lets none be skipped', async (_, count, gone) => {
    const first = many(count);
    const then = first.filter((_, index) => index !== gone);
    let asked = 0;
    const context = contextFor(lists((page) => pageOf((asked += 1) === 1 ? first : then, page), noCvms));
    expect(await keysOf(context)).toEqual(then.map(({ app_id }) => app_id).sort());
    expect(requestsFor(context)).toBeLessThanOrEqual(5);
  });

  test('a page that was promised and is empty is asked for again, whatever total it bears', async () => {
    const first = many(101);
    let asked = 0;
    const context = contextFor(
      lists((page) => {
        asked += 1;
        if (asked === 2) return { dstack_apps: [], total: 0, total_pages: 0 };
        return pageOf(asked === 1 ? first : first.slice(1), page);
      }, noCvms),
    );
    expect(await keysOf(context)).toContain('app100');
  });

  /** Both pages lack `skipped`; the first ends with what the second one begins with. */
  const turning = (of: readonly object[], page: number, skipped: number, turn: number): object => {
    const others = of.filter((_, index) => index !== skipped);
    const turned = [...others.slice(turn), ...others.slice(0, turn)];
    const shown = page === 1 ? turned.slice(0, 100) : turned.slice(99);
    return { dstack_apps: shown, total: of.length, total_pages: 2 };
  };

  test('a list that is short in every order is a fault', async () => {
    let asked = 0;
    const context = contextFor(
      lists((page) => turning(many(130), page, 7, Math.floor((asked += 1) / 2)), noCvms),
    );
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({
      kind: 'paging',
      detail: '/apps, 129 of 130',
    });
    expect(requestsFor(context)).toBe(16);
  });

  test('what was found before the list changed makes up for nothing', async () => {
    let pass = 0;
    const before = many(131);
    const context = contextFor(
      lists((page) => {
        if (page === 1) pass += 1;
        // app0 is deleted after the first reading, in which it was found; app7 is in none.
        return turning(pass === 1 ? before : before.slice(1), page, pass === 1 ? 7 : 6, pass);
      }, noCvms),
    );
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({ kind: 'paging' });
  });

  test.each<[string, (page: number) => object, number]>([
    ['counts what is listed twice', (page) => ({ ...turning(many(129), page, -1, 0), total: 130 }), 129],
    [
      'counts what is left',
      (page) => ({ dstack_apps: few(page), total: Math.max(0, 45 - (page - 1) * 20) }),
      45,
    ],
  ])('a total that %s is told by the same answers once more', async (_, apps, count) => {
    const context = contextFor(lists(apps, noCvms));
    const found = await keysOf(context);
    expect(found).toHaveLength(count);
    const pages = Math.max(...context.asked.map(({ query }) => Number(query?.page ?? 1)));
    expect(requestsFor(context)).toBe(2 * pages);
  });

  test('a list that changes all the time is every app seen', async () => {
    let asked = 0;
    const context = contextFor(lists((page) => pageOf(many(150).slice((asked += 1)), page), noCvms));
    expect(await keysOf(context)).toEqual(
      expect.arrayContaining(
        many(150)
          .slice(17)
          .map(({ app_id }) => app_id),
      ),
    );
  });

  test('a page number that is ignored is a fault, since apps would be missing', async () => {
    const context = contextFor(lists(() => ({ dstack_apps: few(1), total_pages: 3, total: 45 }), noCvms));
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({ kind: 'paging' });
  });

  test('a list without end ends', async () => {
    const context = contextFor(lists((page) => ({ dstack_apps: [app(`p${page}`)] }), noCvms));
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({ kind: 'paging' });
  });

  test('an answer without its list is a changed format', async () => {
    const context = contextFor(lists(() => ({ apps: [] }), noCvms));
    await expect(phalaAdapter.list(context, account)).rejects.toMatchObject({ kind: 'format' });
  });
});
